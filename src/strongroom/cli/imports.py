"""Imports: bring in what another registry, an export or a folder holds."""

import argparse
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.progress import Line, size
from strongroom.cli.terminal import as_json, clean, note, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from strongroom.site.assembly import House
    from strongroom.upstream.importing import Report
    from strongroom.upstream.sources.found import Offer

    Read = Callable[[argparse.Namespace, House, Line], Offer]

ECOSYSTEM = "pypi"


def add(commands: options.Commands) -> None:
    """Add the group `import`."""
    imports = options.group(commands, "import", "bring in what others hold, with its moments")
    _command(
        imports, "folder", "import the distributions that lie in a folder", "dist", _folder
    ).add_argument("path", metavar="PATH", help="the folder")
    _command(
        imports,
        "pypiserver",
        "import all that pypiserver serves out of a folder, at any depth",
        "/srv/packages",
        _pypiserver,
    ).add_argument("path", metavar="PATH", help="the folder that pypiserver is given")
    parser = _command(
        imports, "devpi", "import what devpi-export has written", "/srv/devpi-export", _devpi
    )
    parser.add_argument("path", metavar="PATH", help="the folder that devpi-export was given")
    parser.add_argument(
        "--index",
        metavar="USER/NAME",
        action="append",
        default=[],
        help="only this index, and needed where the export has several; may be repeated",
    )
    _of_index(
        _command(
            imports,
            "index",
            "import projects from another simple index",
            "https://index.example.org/simple/ parcel",
            _index,
        )
    )


def _command(
    imports: options.Commands, name: str, told: str, example: str, read: "Read"
) -> argparse.ArgumentParser:
    example = f"strongroom import {name} --data /srv/strongroom --owner alice {example}"
    parser = options.command(imports, name, told, example, _import)
    parser.set_defaults(read=read)
    options.data(parser)
    options.as_json(parser)
    parser.add_argument(
        "--owner", metavar="NAME", required=True, help="who will own the projects that are new"
    )
    parser.add_argument(
        "--times",
        choices=("keep", "now"),
        default="keep",
        help="keep the moments of upload that the source knows (default), or date all files now",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="fetch and check every file, and publish nothing"
    )
    return parser


def _of_index(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the address that pip would be given")
    parser.add_argument("names", metavar="NAME", nargs="*", help="the projects")
    parser.add_argument("--all", action="store_true", help="all projects of the index")
    parser.add_argument(
        "--allow-network",
        metavar="CIDR",
        action="append",
        default=[],
        help="a network, such as 10.0.0.0/8, where the index itself may be though it is not public;"
        " may be repeated",
    )
    parser.add_argument(
        "--login", metavar="FILE", help="a file that holds USER:PASSWORD, sent to the index alone"
    )


def _import(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import IMPORT, Assurance
    from strongroom.people.accounts.users import find_user, person
    from strongroom.site.imports import import_into
    from strongroom.upstream.importing import Order

    order = Order(
        owner=person(find_user(arguments.owner), IMPORT, Assurance.PHISHING_RESISTANT),
        ecosystem=ECOSYSTEM,
        keep_times=arguments.times == "keep",
        rehearsal=arguments.dry_run,
    )
    line = Line()
    offer = arguments.read(arguments, house, line)
    report = import_into(house, offer, order, line.files)
    _tell(report, arguments)
    return Exit.REFUSED if report.refused else Exit.DONE


def _tell(report: "Report", arguments: argparse.Namespace) -> None:
    if arguments.json:
        from dataclasses import asdict

        as_json({"dry_run": arguments.dry_run, **asdict(report)})
        return
    for one in report.refused:
        note(f"refused: {clean(one.filename)}: {clean(one.sentence)} [{one.code}]")
    for remark in report.notes:
        note(f"note: {clean(remark)}")
    done = "would be imported" if arguments.dry_run else "imported"
    say(
        f"{report.imported} files {done} ({size(report.bytes)}), {report.present} were here,"
        f" {len(report.refused)} refused, {report.yanked} releases yanked."
    )


def _folder(arguments: argparse.Namespace, _house: "House", _line: Line) -> "Offer":
    from strongroom.upstream.sources.folders import flat

    return flat(Path(arguments.path))


def _pypiserver(arguments: argparse.Namespace, _house: "House", _line: Line) -> "Offer":
    from strongroom.upstream.sources.folders import pypiserver

    return pypiserver(Path(arguments.path))


def _devpi(arguments: argparse.Namespace, _house: "House", _line: Line) -> "Offer":
    from strongroom.upstream.sources.devpi import export

    return export(Path(arguments.path), arguments.index)


def _index(arguments: argparse.Namespace, house: "House", line: Line) -> "Offer":
    from strongroom.core.errors import InvalidError
    from strongroom.stores.addresses import networks
    from strongroom.stores.outside import Outside
    from strongroom.upstream.sources.index import Index, offer

    if bool(arguments.names) == arguments.all:
        raise InvalidError(
            "import-names-missing",
            "It is not clear which projects to import.",
            "Name some, or say --all, not both.",
        )
    outside = Outside(f"strongroom/{version('strongroom')}", networks(arguments.allow_network))
    login = _login(Path(arguments.login)) if arguments.login else ""
    index = Index(arguments.url, outside, house.desk.limits.max_file_bytes, login)
    return offer(index, arguments.names, line.pages)


def _login(path: Path) -> str:
    from strongroom.core.errors import ConfigurationError

    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if ":" not in text or not text.isprintable():
        raise ConfigurationError(
            "import-login-unreadable",
            f"{str(path)[:200]!a} does not hold one line USER:PASSWORD.",
            "Write it there, readable by this account alone.",
        )
    return text
