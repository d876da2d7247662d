"""What the files of deploy/ say to the program, held against the program."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from strongroom.cli.main import build
from strongroom.site.configuration import PREFIX, SETTINGS, Configuration
from strongroom.site.loading import load

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PORT = Configuration().port
NAMES = {PREFIX + setting.name.upper() for setting in SETTINGS}


def understood(variables: Mapping[str, str], data: Path) -> Configuration:
    """Return the configuration that variables make, over a data folder with nothing in it."""
    ours = {name: value for name, value in variables.items() if name.startswith(PREFIX)}
    return load(ours | {f"{PREFIX}DATA": str(data)})


def taken(command: Iterable[str]) -> bool:
    """Say whether the program takes a command line."""
    program, *words = command
    return Path(program).name == "strongroom" and build().parse_args(words).run is not None
