"""The container file: what it stands on, what it leaves out, and who runs what."""

import json
import re
from pathlib import Path

from tests.deploy.containers import command, environment, parsed
from tests.deploy.settings import DEPLOY, NAMES, PORT, ROOT, taken, understood

TEXT = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
CONTAINER = parsed(TEXT)
BUILD, IMAGE = CONTAINER.stages


def test_both_stages_stand_on_one_base_that_whoever_builds_may_name() -> None:
    assert {stage.base for stage in CONTAINER.stages} == {"${BASE}"}
    assert "/" not in CONTAINER.arguments["BASE"]  # a short name: no host of images


def test_every_dependency_comes_by_its_hash_and_as_a_wheel() -> None:
    installing = [step for step in BUILD.all("RUN") if "pip install" in step]
    for step in installing:
        assert "--require-hashes" in step or "--no-deps --no-build-isolation" in step
    assert "--only-binary :all:" in installing[0]
    assert [step for step in IMAGE.all("RUN") if "pip" in step] == []


def test_what_is_copied_is_there_and_in_the_context() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for step in BUILD.all("COPY"):
        for source in step.split()[:-1]:
            assert (ROOT / source).exists()
            assert f"!{Path(source).parts[0]}" in ignored
    assert "*" in ignored
    assert [step.split()[0] for step in IMAGE.all("COPY")] == ["--from=build"]


def test_nothing_is_fetched_from_an_address() -> None:
    assert not re.search(r"https?://(?!127\.0\.0\.1:)|\b(?:curl|wget|ADD|apt)\b", TEXT)


def test_it_runs_as_an_account_without_rights_over_a_folder_that_is_its_own() -> None:
    assert IMAGE.all("USER") == ["10001:10001"]
    made = [step for step in IMAGE.all("RUN") if step.startswith("install -d")]
    assert made == ["install -d -o 10001 -g 10001 -m 700 /srv/strongroom"]
    # After it no step could write what the account may change.
    names = [name for name, _ in IMAGE.steps]
    assert "RUN" not in names[names.index("USER") :]


def test_what_it_sets_is_what_the_program_knows(tmp_path: Path) -> None:
    variables = environment(IMAGE)
    assert {name for name in variables if name.startswith("STRONGROOM_")} <= NAMES
    assert variables["STRONGROOM_DATA"] in IMAGE.all("VOLUME")
    assert understood(variables, tmp_path).port == PORT
    assert IMAGE.all("EXPOSE") == [str(PORT)]


def test_it_serves_and_ends_as_the_server_is_told_to() -> None:
    assert taken(command(IMAGE))
    assert command(IMAGE) == ["strongroom", "serve"]
    assert IMAGE.all("STOPSIGNAL") == ["SIGTERM"]


def test_its_health_is_asked_where_the_program_answers() -> None:
    (check,) = IMAGE.all("HEALTHCHECK")
    program, option, code = json.loads(check[check.index("[") :])
    assert (program, option) == ("python3", "-c")
    assert f"http://127.0.0.1:{PORT}/health/live" in code
    compile(code, "healthcheck", "exec")
