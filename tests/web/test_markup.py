import json
import subprocess
import sys

from strongroom.web.markup import to_html


def _asked(*questions: list[str]) -> "subprocess.CompletedProcess[str]":
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    return subprocess.run(
        [sys.executable, "-m", "strongroom.web.markup"],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_line_has_its_answer() -> None:
    done = _asked(["*a*", "", ""])
    assert "<em>a</em>" in json.loads(done.stdout)
    assert done.returncode == 0


def test_it_ends_when_nobody_asks() -> None:
    program = "from strongroom.web import markup; markup.IDLE = 0.1; markup.main()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as process:
        assert process.wait(30) == 0


def test_more_than_its_processor_time_is_not_given() -> None:
    program = "from strongroom.web import markup; markup._allow(0)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode < 0


def test_more_than_its_memory_is_not_given() -> None:
    program = "from strongroom.web import markup; markup.main(); bytearray(markup.MEMORY)"
    done = subprocess.run(
        [sys.executable, "-c", program], input="", capture_output=True, text=True, check=False
    )
    assert "MemoryError" in done.stderr


def test_what_cannot_be_rendered_is_nothing() -> None:
    assert to_html("- " * 2000 + "a", "text/x-rst", "") is None


def test_markdown_heeds_its_variant() -> None:
    assert "<table" not in str(to_html("|a|\n|-|\n|b|\n", "text/markdown", "variant=CommonMark"))
