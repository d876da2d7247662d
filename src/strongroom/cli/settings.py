"""What can be set, and what the API promises: `config` and `openapi`."""

import argparse
import os

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, say


def add(commands: options.Commands) -> None:
    """Add `config` and `openapi`."""
    parser = options.command(
        commands,
        "config",
        "show every setting: its meaning, its default, its value and where that comes from",
        "strongroom config --data /srv/strongroom --json",
        _config,
    )
    options.data(parser)
    options.as_json(parser)
    parser = options.command(
        commands,
        "openapi",
        "print the OpenAPI document of the API for programs",
        "strongroom openapi > openapi.json",
        _openapi,
    )


def _config(arguments: argparse.Namespace) -> int:
    from strongroom.site.configuration import PREFIX, SETTINGS, shown
    from strongroom.site.loading import load, sources

    opening.environment(arguments)
    configuration, origins = load(os.environ), sources(os.environ)
    told = [
        {
            "name": setting.name,
            "variable": PREFIX + setting.name.upper(),
            "meaning": setting.metadata["told"],
            "default": _plain(setting.default),
            "value": _plain(shown(setting, getattr(configuration, setting.name))),
            "source": origins[setting.name],
        }
        for setting in SETTINGS
    ]
    if arguments.json:
        as_json(told)
        return Exit.DONE
    for one in told:
        say(f"{one['name']} = {_text(one['value'])}  ({one['source']})")
        say(f"    {one['meaning']}")
        say(f"    default {_text(one['default'])}; in the environment {one['variable']}")
    return Exit.DONE


def _openapi(_arguments: argparse.Namespace) -> int:
    from strongroom.site.start import without_data

    without_data()
    from strongroom.api.document import document

    as_json(document())
    return Exit.DONE


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int | str) else str(value)


def _text(value: object) -> str:
    if isinstance(value, list):
        return clean(", ".join(value)) or "(none)"
    return clean(value) or "(empty)"
