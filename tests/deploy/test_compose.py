"""The compose file: who can reach whom, and that every word to the program is one that it knows."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from strongroom.site.configuration import Configuration
from strongroom.site.databases import parse
from strongroom.site.nginx.asked import Asked
from strongroom.site.nginx.render import render
from strongroom.stores.buckets import address as buckets
from tests.deploy.containers import environment, parsed
from tests.deploy.settings import DEPLOY, NAMES, PORT, taken, understood

GIVEN = {
    "PUBLIC_URL": "https://packages.example.org",
    "DATABASE_PASSWORD": "rows4you",
    "OBJECTS_KEY": "key",
    "OBJECTS_SECRET": "s3cret",
    "TLS_FOLDER": "/etc/ssl/packages",
}
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def filled(value: Any) -> Any:  # noqa: ANN401 - what YAML holds
    """Put in what whoever runs it has to give; the rest has a default."""
    if isinstance(value, dict):
        return {key: filled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one) for one in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: GIVEN.get(found[1], found[3] or ""), value)
    return value


TEXT = (DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = filled(yaml.safe_load(TEXT))
SERVICES = COMPOSE["services"]
OURS = ["prepare", "init", "web-1", "web-2", "worker", "backup"]
IMAGE = parsed((DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")).image


def test_what_has_no_default_is_asked_for_in_words() -> None:
    asked = {name for name, how, _ in _VARIABLE.findall(TEXT) if how == "?"}
    assert asked == set(GIVEN)
    assert all(words for _, how, words in _VARIABLE.findall(TEXT) if how == "?")


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_the_program_knows(name: str, tmp_path: Path) -> None:
    variables = SERVICES[name]["environment"]
    assert set(variables) <= NAMES
    read = understood(variables, tmp_path)
    rows, bucket = parse(read.database), buckets.parse(read.objects)
    assert rows is not None
    assert bucket is not None
    assert (rows.host, bucket.host) == ("postgresql", "objects:7070")
    assert read.trusted_proxies == (COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"],)


def test_every_command_is_one_that_the_program_takes() -> None:
    assert taken(SERVICES["init"]["command"])
    assert taken(SERVICES["worker"]["command"])
    assert understood(SERVICES["worker"]["environment"], Path("/nowhere")).job_workers == 0


def test_the_web_servers_run_what_the_image_runs() -> None:
    for name in ("web-1", "web-2"):
        assert "command" not in SERVICES[name]
    assert IMAGE.all("EXPOSE") == [str(PORT)]


@pytest.mark.parametrize("name", OURS)
def test_our_processes_change_nothing_of_the_image_and_have_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    root = service["user"] != "10001:10001"
    assert root == (name == "prepare")
    if root:  # whoever makes the volumes fit reaches nobody, and ends
        assert (service["network_mode"], service["restart"]) == ("none", "no")


def test_only_the_proxy_has_ports_and_only_servers_reach_rows_and_objects() -> None:
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"proxy"}
    assert COMPOSE["networks"]["back"] == {"internal": True}
    back = {name for name, one in SERVICES.items() if "back" in one.get("networks", ())}
    front = {name for name, one in SERVICES.items() if "front" in one.get("networks", ())}
    assert back == {"init", "web-1", "web-2", "worker", "postgresql", "objects", "backup"}
    assert front == {"proxy", "web-1", "web-2"}


def test_the_proxy_runs_what_the_preparation_generated() -> None:
    script = SERVICES["prepare"]["command"][-1]
    line = script[script.index("strongroom nginx") :]
    words, _, target = line.partition(" > ")
    assert taken(words.split())
    assert target in SERVICES["proxy"]["command"]
    ports = [port.partition(":")[2] for port in SERVICES["proxy"]["ports"]]
    assert [f"--listen {ports[0]}", f"--redirect {ports[1]}"] == re.findall(
        r"--(?:listen|redirect) \d+", words
    )
    upstreams = re.findall(r"--upstream (\S+)", words)
    assert upstreams == [f"{name}:{PORT}" for name in ("web-1", "web-2")]
    asked = Asked(
        listen=("8443",),
        redirect=("8080",),
        certificate="/tls/certificate.pem",
        certificate_key="/tls/key.pem",
        upstreams=tuple(upstreams),
        proxy_only=True,
        cache="/cache/nginx/files",
        whole="/cache/nginx",
    )
    text = render(Configuration(public_url=GIVEN["PUBLIC_URL"]), asked)
    mounted = [volume.split(":")[1] for volume in SERVICES["proxy"]["volumes"]]
    for path in re.findall(r'"(/(?:tls|cache)[^"]*)"', text):
        assert any(path.startswith(place) for place in mounted)


def test_every_volume_is_declared_and_each_server_has_its_own_folder_beside_the_shared() -> None:
    named = {
        volume.partition(":")[0]
        for one in SERVICES.values()
        for volume in one.get("volumes", ())
        if isinstance(volume, str) and not volume.startswith((".", "/"))
    }
    assert named == set(COMPOSE["volumes"])
    data = environment(IMAGE)["STRONGROOM_DATA"]
    for name in ("init", "web-1", "web-2", "worker"):
        assert SERVICES[name]["volumes"] == [f"data:{data}"]
        own = SERVICES[name]["environment"]["STRONGROOM_RUN_FOLDER"]
        assert f"{own}:uid=10001,gid=10001,mode=700" in SERVICES[name]["tmpfs"]


def test_who_is_root_without_rights_looks_into_nobodys_folder() -> None:
    prepare = SERVICES["prepare"]
    assert prepare["cap_add"] == ["CHOWN"]
    script = prepare["command"][-1]
    assert "strongroom nginx --data /none " in script
    mounted = {volume.partition(":")[2] for volume in prepare["volumes"]}
    assert environment(IMAGE)["STRONGROOM_DATA"] not in mounted
    assert prepare["working_dir"] == "/"


def test_the_first_start_waits_for_stores_that_are_slow_and_for_no_others() -> None:
    assert SERVICES["init"]["restart"] == "on-failure:5"
    check = SERVICES["postgresql"]["healthcheck"]["test"]
    assert check[1:4] == ["pg_isready", "--host", "127.0.0.1"]


def test_who_is_waited_for_is_there() -> None:
    for one in SERVICES.values():
        assert set(one.get("depends_on", {})) <= set(SERVICES)


def test_a_backup_is_the_programs_own_over_the_settings_of_the_others() -> None:
    backup, web = SERVICES["backup"], SERVICES["web-1"]
    *words, target = backup["command"]
    assert taken([*words, target])
    assert any(volume.endswith(f":{target}") for volume in backup["volumes"])
    assert set(web["volumes"]) < set(backup["volumes"])
    assert backup["environment"] == web["environment"]


def test_no_image_names_a_host() -> None:
    for one in SERVICES.values():
        first, _, rest = one["image"].partition("/")
        assert not rest or not {".", ":"} & set(first)
