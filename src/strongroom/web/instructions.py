"""The lines that people copy: how each client installs from this registry and publishes to it.

A client that meets plain http on a machine other than its own must be told to trust that host;
the lines say so where the registry is reached that way, so that they work as they stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from strongroom.core.ecosystem import FileListing
from strongroom.web.words import visible

_TWINE = "TWINE_USERNAME=__token__ TWINE_PASSWORD=strongroom_…"
_UV = "UV_PUBLISH_TOKEN=strongroom_…"


@dataclass(frozen=True, slots=True)
class Instruction:
    """Lines to copy, under the name of the client or file that they are for."""

    title: str
    lines: str
    note: str = ""


def installing(
    public_url: str, name: str, version: str, files: Sequence[FileListing], *, pinned: bool
) -> tuple[Instruction, ...]:
    """Say how to install a release; `pinned` names its version even where the newest is meant."""
    index, version = f"{public_url}/simple/", visible(version)
    wanted = f"{name}=={version}" if pinned else name
    pip_trust, uv_trust = _trust(public_url)
    hashes = " \\\n".join(f"    --hash=sha256:{file.digests.sha256}" for file in files)
    trusted_line = f"{pip_trust}\n".lstrip() if pip_trust else ""
    locked = f"--index-url {index}\n{trusted_line}{name}=={version} \\\n{hashes}"
    return (
        Instruction("pip", f"python -m pip install --index-url {index}{pip_trust} {wanted}"),
        Instruction("uv", f"uv pip install --default-index {index}{uv_trust} {wanted}"),
        Instruction(
            "uv add",
            f"uv add --default-index {index}{uv_trust} {wanted}",
            "Adds it to the project in this folder and remembers the registry.",
        ),
        Instruction(
            "requirements.txt, with hashes",
            locked,
            "Only these bytes can be installed. Whatever it depends on must be listed the same"
            " way.",
        ),
    )


def publishing(public_url: str) -> tuple[Instruction, ...]:
    """Say how to publish what was built into `dist/`."""
    twine = f"twine upload --repository-url {public_url}/legacy/ dist/*"
    uv = f"uv publish --publish-url {public_url}/legacy/ \\\n    --check-url {public_url}/simple/"
    return (
        Instruction("twine", f"{_TWINE} \\\n  {twine}"),
        Instruction("uv", f"{_UV} \\\n  {uv}"),
    )


def previewing(
    public_url: str, stage_index: str, name: str, version: str
) -> tuple[Instruction, ...]:
    """Say how to install a release from its stage, and what it depends on from the registry."""
    pip_trust, uv_trust = _trust(public_url)
    wanted = f"{name}=={visible(version)}"
    pip = f"python -m pip install --index-url {public_url}/simple/{pip_trust}"
    uv = f"uv pip install --default-index {public_url}/simple/{uv_trust}"
    return (
        Instruction("pip", f"{pip} \\\n  --extra-index-url {stage_index} \\\n  {wanted}"),
        Instruction("uv", f"{uv} \\\n  --index {stage_index} \\\n  {wanted}"),
    )


def _trust(public_url: str) -> tuple[str, str]:
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if parts.scheme == "https" or _is_loopback(host):
        return "", ""
    return f" --trusted-host {parts.netloc}", f" --allow-insecure-host {parts.netloc}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
