import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.web import sandbox
from strongroom.web.sandbox import Sandbox

ECHO = """
import json, os, sys
for line in sys.stdin:
    (asked,) = json.loads(line)
    if asked == "end":
        sys.exit(0)
    if asked == "crash":
        os.abort()
    if asked == "torn":
        sys.stdout.write("[")
        sys.exit(1)
    answer = {"pid": str(os.getpid()), "environment": ",".join(os.environ)}.get(asked, asked)
    print(json.dumps(answer), flush=True)
    if asked == "last":
        sys.exit(0)
"""


@pytest.fixture
def echo() -> Iterator[Sandbox]:
    made = Sandbox(("-c", ECHO), 1000)
    yield made
    made.close()


def test_it_answers_again_and_again_by_one_process(echo: Sandbox) -> None:
    assert echo.ask(["a"]) == "a"
    assert echo.ask(["pid"]) == echo.ask(["pid"])


def test_it_sees_nothing_of_our_environment(echo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRONGROOM_KEY_PASSPHRASE", "secret")
    assert "STRONGROOM" not in str(echo.ask(["environment"]))


@pytest.mark.parametrize("asked", ["crash", "torn", "x" * 7000])
def test_what_has_no_answer_leaves_the_next_one_its_own(echo: Sandbox, asked: str) -> None:
    assert echo.ask([asked]) is None
    assert echo.ask(["a"]) == "a"


def test_one_that_ended_by_itself_is_asked_anew(echo: Sandbox) -> None:
    assert echo.ask(["last"]) == "last"
    assert echo.ask(["a"]) == "a"


def test_one_that_ended_leaves_no_pipe_open(echo: Sandbox) -> None:
    echo.ask(["last"])
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only their number is asked
    echo.ask(["last"])
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - likewise


def test_one_that_always_ends_is_asked_twice_and_no_more(echo: Sandbox) -> None:
    assert echo.ask(["end"]) is None


def test_one_that_falls_silent_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "PATIENCE", 0.3)
    silent = Sandbox(("-c", "import time; time.sleep(60)"), 1000)
    assert silent.ask(["x" * 1_000_000]) is None


def test_a_forked_process_has_one_of_its_own() -> None:
    program = f"""
import os
from strongroom.web.sandbox import Sandbox
echo = Sandbox(("-c", {ECHO!r}), 1000)
ours = echo.ask(["pid"])
if not os.fork():
    os._exit(echo.ask(["pid"]) == ours)
print(os.wait()[1], echo.ask(["pid"]) == ours)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 True\n"


def test_it_ends_with_us(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    program = f"""
from pathlib import Path
from strongroom.web.sandbox import Sandbox
Path({str(place)!r}).write_text(Sandbox(("-c", {ECHO!r}), 1000).ask(["pid"]))
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert not Path(f"/proc/{place.read_text()}").exists()
