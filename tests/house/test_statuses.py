"""Each door has its table of statuses; all doors say the same, of every class of error."""

from strongroom.api import problems
from strongroom.core import errors
from strongroom.ecosystems.pypi.wire import faults as of_python
from strongroom.web import faults as of_pages


def test_every_door_answers_every_class_of_error_with_the_same_status() -> None:
    classes = {one for one in vars(errors).values() if isinstance(one, type)}
    classes -= {errors.StrongroomError}
    assert set(of_python.STATUS) == classes
    assert of_python.STATUS == of_pages.STATUS == problems.STATUS
