"""What is done in a child process leaves nothing behind in this one but its result."""

import os
import subprocess
import sys

import pytest

from strongroom.core.errors import ConfigurationError, UnavailableError
from strongroom.site.apart import apart, done, heard

# Newer Pythons warn of threads at a fork; the tests' own runner has some, the server has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


def test_the_result_comes_from_another_process() -> None:
    told = apart(lambda: {"process": os.getpid(), "some": [1, None]})
    assert told["some"] == [1, None]
    assert told["process"] != os.getpid()


def test_what_is_changed_there_is_not_changed_here() -> None:
    changed: list[int] = []
    apart(lambda: changed.append(1))
    assert changed == []


def refused() -> None:
    raise ConfigurationError("keys-missing", "There are no keys.", "Put them back.")


def test_a_refusal_is_raised_here_with_its_words() -> None:
    with pytest.raises(ConfigurationError) as caught:
        apart(refused)
    error = caught.value
    assert (error.code, error.sentence, error.remedy) == (
        "keys-missing",
        "There are no keys.",
        "Put them back.",
    )


def test_any_other_failure_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnavailableError) as caught:
        heard(done(lambda: 1 / 0))
    assert caught.value.code == "preparation-failed"
    assert "ZeroDivisionError" in caplog.text


def test_a_child_that_is_killed_is_told() -> None:
    with pytest.raises(UnavailableError):
        apart(lambda: os.kill(os.getpid(), 9))


SLEEPER = """
import time
from strongroom.site.apart import apart
apart(lambda: print("begun", flush=True) or time.sleep(60))
"""


def test_a_child_ends_soon_after_its_parent_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"begun\n"
        parent.kill()
        # Its end of the pipe is the child's too.
        assert parent.communicate(timeout=30)[0] == b""
