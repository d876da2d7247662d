"""The chart, rendered: held to Kubernetes' own schemas, and every word to the program to it."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import kubernetes_validate  # type: ignore[import-untyped] # it has no types
import pytest

from strongroom.site.lane.pace import Patience
from tests.deploy.charts import Chart
from tests.deploy.settings import DEPLOY, NAMES, PORT, taken, understood

INGRESS_KEEPS = 60  # seconds: `upstream-keepalive-timeout` of ingress-nginx, and of most others
FOLDER = DEPLOY / "helm" / "strongroom"
CHART = Chart(FOLDER)
SCHEMA = jsonschema_rs.validator_for(json.loads((FOLDER / "values.schema.json").read_text()))
VERSIONS = ["1.27", "1.30", "1.34", "1.37"]
SETTINGS = {"site_name": 'He said "no" \\ # {{ }}', "trusted_proxies": "10.0.0.0/8,fd00::/8"}
VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "growing": {"autoscaling": {"enabled": True}},
    "bare": {"ingress": {"enabled": False}, "networkPolicy": {"enabled": False}},
    "all of it": {
        "image": {"digest": f"sha256:{'a' * 64}", "pullSecrets": ["one", "two"]},
        "secrets": {"passphraseKey": "passphrase"},
        "settings": SETTINGS,
    },
    "without TLS of its own": {
        "ingress": {"annotations": {}, "tlsSecret": "", "className": ""},
        "publicUrl": "https://packages.example.org:8443",
        "image": {"tag": "2.0"},
    },
}


@pytest.fixture(params=VARIANTS)
def changes(request: pytest.FixtureRequest) -> dict[str, Any]:
    return VARIANTS[request.param]


def pods(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the pods of a rendering by what they are."""
    return {
        one["metadata"]["name"].removeprefix("house-"): one["spec"]["template"]["spec"]
        for one in CHART.manifests(changes)
        if one["kind"] in {"Deployment", "Job"}
    }


def found(kind: str, changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the manifests of a kind."""
    return [one for one in CHART.manifests(changes) if one["kind"] == kind]


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_manifest(changes: dict[str, Any], version: str) -> None:
    for manifest in CHART.manifests(changes):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_the_values_are_of_the_form_that_the_schema_demands(changes: dict[str, Any]) -> None:
    SCHEMA.validate(CHART.values(changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"publicUrl": "http://packages.example.org"},
        {"publicUrl": "https://packages.example.org/"},
        {"image": {"digest": "sha256:abc"}},
        {"settings": {"database": "postgresql://x:secret@y/z"}},
        {"settings": {"objects": "s3://key:secret@host/bucket"}},
        {"settings": {"key_passphrase": "secret"}},
        {"settings": {"workers": 2}},
        {"web": {"replica": 2}},
        {"unknown": 1},
    ],
)
def test_values_that_are_mistaken_or_hold_a_secret_are_refused(changes: dict[str, Any]) -> None:
    assert not SCHEMA.is_valid(CHART.values(changes))


def test_every_setting_is_one_that_the_program_knows(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    for pod in pods(changes).values():
        (container,) = pod["containers"]
        variables = {one["name"]: one.get("value") for one in container["env"]}
        assert set(variables) <= NAMES
        secret = {name for name, value in variables.items() if value is None}
        assert {"STRONGROOM_DATABASE", "STRONGROOM_OBJECTS"} <= secret
        plain = {name: value for name, value in variables.items() if value is not None}
        read = understood(plain, tmp_path)
        assert read.site_name == CHART.values(changes)["settings"].get("site_name", "Strongroom")


def test_every_command_is_one_that_the_program_takes() -> None:
    run = {name: pod["containers"][0]["command"] for name, pod in pods({}).items()}
    assert run == {
        "web": ["strongroom", "serve"],
        "worker": ["strongroom", "worker"],
        "prepare": ["strongroom", "init"],
    }
    assert all(map(taken, run.values()))


def test_every_container_is_restricted(changes: dict[str, Any]) -> None:
    for pod in pods(changes).values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in (*pod["initContainers"], *pod["containers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


def test_probes_ask_by_a_name_that_the_registry_answers_to() -> None:
    (web,) = pods({})["web"]["containers"]
    assert web["ports"] == [{"name": "http", "containerPort": PORT}]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = web[probe]["httpGet"]
        assert asked["path"] in {"/health/live", "/health/ready"}
        assert asked["httpHeaders"] == [{"name": "Host", "value": "localhost"}]


def test_the_key_file_is_handed_over_closed_to_others() -> None:
    (keys,) = pods({})["web"]["initContainers"]
    assert keys["command"][-1].startswith("umask 077; ")
    assert [one["name"] for one in keys["volumeMounts"] if one.get("readOnly")] == ["keys"]
    (web,) = pods({})["web"]["containers"]
    assert "keys" not in {one["name"] for one in web["volumeMounts"]}


def test_the_number_of_web_pods_is_set_by_one_alone() -> None:
    assert found("Deployment", {})[0]["spec"]["replicas"] == 2
    growing = found("Deployment", VARIANTS["growing"])[0]
    assert "replicas" not in growing["spec"]
    (scaler,) = found("HorizontalPodAutoscaler", VARIANTS["growing"])
    assert scaler["spec"]["scaleTargetRef"]["name"] == growing["metadata"]["name"]


def test_selectors_find_the_pods_that_they_are_for(changes: dict[str, Any]) -> None:
    labels = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in found("Deployment", changes)
    }
    for name, own in labels.items():
        (deployment,) = (
            one for one in found("Deployment", changes) if one["metadata"]["name"] == name
        )
        selector = deployment["spec"]["selector"]["matchLabels"]
        assert selector.items() <= own.items()
        assert [other for other in labels.values() if selector.items() <= other.items()] == [own]
    service, budget = found("Service", changes)[0], found("PodDisruptionBudget", changes)[0]
    assert service["spec"]["selector"] == budget["spec"]["selector"]["matchLabels"]
    assert service["spec"]["selector"].items() <= labels["house-web"].items()


def test_the_ingress_answers_to_the_host_of_the_address() -> None:
    (ingress,) = found("Ingress", VARIANTS["without TLS of its own"])
    assert ingress["spec"]["rules"][0]["host"] == "packages.example.org"
    assert "tls" not in ingress["spec"]
    assert "no certificate" in CHART.texts(VARIANTS["without TLS of its own"])["NOTES.txt"]
    assert "no certificate" not in CHART.texts({})["NOTES.txt"]


def test_the_ingress_lets_go_of_idle_connections_before_the_pods_do() -> None:
    # Else an upload, which may not be repeated, meets a connection that is being closed (502).
    assert Patience().idle > INGRESS_KEEPS


def test_nobody_reaches_a_pod_but_whom_the_values_name() -> None:
    (policy,) = found("NetworkPolicy", {})
    (entry,) = policy["spec"]["ingress"]
    assert entry["ports"] == [{"port": PORT}]
    assert len(entry["from"]) == len(CHART.values({})["networkPolicy"]["from"])
    allowed = {port["port"] for port in policy["spec"]["egress"][0]["ports"]}
    assert allowed == {53, 5432, 443}
