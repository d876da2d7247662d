"""systemd's units and Prometheus' rules, held to the program."""

import re
import shlex
from configparser import ConfigParser

import pytest
import yaml

from tests.deploy.settings import DEPLOY, NAMES, ROOT, taken

SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
RULES = yaml.safe_load((DEPLOY / "prometheus" / "strongroom.rules.yaml").read_text())
METRICS = set(
    re.findall(
        r"^\| `(strongroom_[a-z_]+)", (ROOT / "docs/reference/metrics.md").read_text(), re.MULTILINE
    )
)


def read(path: object) -> ConfigParser:
    """Read a unit."""
    unit = ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # names have capitals
    unit.read(str(path), encoding="utf-8")
    return unit


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_runs_a_command_that_the_program_takes(path: object) -> None:
    service = read(path)["Service"]
    assert taken(shlex.split(service["ExecStart"]))
    assert service["Environment"].partition("=")[0] in NAMES


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_is_closed_in(path: object) -> None:
    service = read(path)["Service"]
    assert (service["User"], service["UMask"]) == ("strongroom", "0077")
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["CapabilityBoundingSet"] == ""
    data = service["Environment"].partition("=")[2]
    assert data in service["ReadWritePaths"].split()


@pytest.mark.parametrize("path", TIMERS, ids=lambda path: path.stem)
def test_a_timer_starts_the_service_beside_it(path: object) -> None:
    assert str(path).removesuffix(".timer") + ".service" in map(str, SERVICES)
    assert read(path)["Timer"]["Persistent"] == "yes"


@pytest.mark.parametrize("rule", RULES["groups"][0]["rules"], ids=lambda rule: rule["alert"])
def test_a_rule_rests_on_metrics_that_there_are(rule: dict[str, object]) -> None:
    named = set(re.findall(r"strongroom_[a-z_]+", str(rule["expr"])))
    assert {name.removesuffix("_bucket") for name in named} <= METRICS
    assert named or "up{" in str(rule["expr"])
    assert set(rule["annotations"]) == {"summary", "remedy"}  # type: ignore[call-overload] # YAML
