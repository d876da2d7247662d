from strongroom.core import errors
from strongroom.core.statuses import STATUS


def test_every_class_of_error_has_a_status() -> None:
    classes = {one for one in vars(errors).values() if isinstance(one, type)}
    assert set(STATUS) == classes - {errors.StrongroomError}
