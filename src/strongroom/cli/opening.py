"""Opening a data folder for a command: what the command line says goes before the environment."""

import os
from argparse import Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from strongroom.site.assembly import House
    from strongroom.site.configuration import Configuration

SAID = ("data", "host", "port")


def environment(arguments: Namespace) -> None:
    """Put the options that are settings where settings are read."""
    for name in SAID:
        value = getattr(arguments, name, None)
        if value is not None:
            os.environ[f"STRONGROOM_{name.upper()}"] = str(value)


def configuration(arguments: Namespace) -> "Configuration":
    """Read the configuration that a command is to use."""
    from strongroom.site.loading import load

    environment(arguments)
    return load(os.environ)


def registry(arguments: Namespace) -> "House":
    """Open a registry that `strongroom init` has made ready."""
    environment(arguments)
    from strongroom.site.start import same_address, start

    same_address(os.environ)
    start(os.environ)
    from strongroom.site.assembly import house
    from strongroom.site.schema import check

    check()
    return house()
