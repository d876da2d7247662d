"""The registry as a whole: make it, serve it, render it anew."""

import argparse
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.progress import progress
from strongroom.cli.terminal import as_json, clean, note, say

if TYPE_CHECKING:
    from socket import socket

    from strongroom.packages.upkeep.rebuild import Report
    from strongroom.site.assembly import House


WAIT = 2  # seconds in which a registry puts up what it has recorded


def add(commands: options.Commands) -> None:
    """Add `serve`, `init` and `rebuild`."""
    parser = options.command(
        commands,
        "serve",
        "start the registry and keep it running in the foreground",
        "strongroom serve --data /srv/strongroom --host 127.0.0.1 --port 8000",
        _serve,
    )
    options.data(parser)
    parser.add_argument("--host", metavar="H", help="the address to listen on")
    parser.add_argument("--port", metavar="P", help="the port to listen on")
    parser.add_argument(
        "--demo",
        action="store_true",
        help="serve a throw-away registry filled with invented projects, deleted at the end",
    )
    parser = options.command(
        commands,
        "init",
        "make a data folder ready, or bring it up to this version; may be repeated",
        "strongroom init --data /srv/strongroom",
        _init,
    )
    options.data(parser)
    options.as_json(parser)
    parser = options.command(
        commands,
        "rebuild",
        "put right whatever is derived from rows and blobs: pages, files on the shelf, counts",
        "strongroom rebuild --data /srv/strongroom --check",
        _rebuild,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; only say what is not as it must be"
    )


def _serve(arguments: argparse.Namespace) -> int:
    if not arguments.demo:
        return _serve_folder(arguments)
    if arguments.data is not None:
        note("error: --demo makes a data folder of its own and cannot be given --data [usage]")
        return Exit.USAGE
    # Nor may what it invents get into the database or the bucket of a real registry.
    os.environ["STRONGROOM_DATABASE"] = os.environ["STRONGROOM_OBJECTS"] = ""
    os.environ["STRONGROOM_OBJECTS_REDIRECT"] = ""
    with _throw_away() as arguments.data:
        return _serve_folder(arguments)


def _serve_folder(arguments: argparse.Namespace) -> int:
    opening.environment(arguments)
    from strongroom.site.start import create

    configuration = create(os.environ, secrets.token_bytes)
    from strongroom.site.assembly import house
    from strongroom.site.logs import configure
    from strongroom.site.server import alone, listen

    configure(configuration.log_format, configuration.log_level)
    with alone(configuration), listen(configuration) as listener:
        return _serve_alone(house(), listener, demo=arguments.demo)


def _serve_alone(house: "House", listener: "socket", *, demo: bool) -> int:
    from strongroom.site.preparation import prepare_apart
    from strongroom.site.server import serve

    configuration = house.configuration
    prepared = prepare_apart(house, _secret)
    lines = [f"Strongroom {version('strongroom')} serves {configuration.url}"]
    if demo:
        from strongroom.site.demo.fill import fill

        note("filling the demo registry")
        lines.append(f"  sign in as demo     {configuration.url}/sign-in/{fill(house)}")
    lines.append(f"  data folder         {configuration.data}")
    if prepared.claim and not demo:
        lines.append(f"  claim it, once      {prepared.claim}")
    lines.append(
        f"  publish             twine upload --repository-url {configuration.url}/legacy/ dist/*"
    )
    lines.append(f"  install             pip install --index-url {configuration.url}/simple/ NAME")
    lines.append("  stop                Ctrl-C")
    say("\n".join(lines))
    sys.stdout.flush()
    serve(configuration, listener)
    return Exit.DONE


@contextmanager
def _throw_away() -> Iterator[str]:
    folder, owner = tempfile.mkdtemp(prefix="strongroom-demo-"), os.getpid()
    # The server hears this signal itself; until it runs, the folder must not be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.DONE))
    try:
        yield folder
    finally:
        # The server's workers are forks of this process, and end through here too.
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)


def _init(arguments: argparse.Namespace) -> int:
    opening.environment(arguments)
    from strongroom.site.start import create

    configuration = create(os.environ, secrets.token_bytes)
    from strongroom.site.assembly import house
    from strongroom.site.preparation import prepare

    prepared = prepare(house(), _secret)
    if arguments.json:
        as_json(
            {
                "data": str(configuration.data),
                "migrations": prepared.migrations,
                "rendered": prepared.rendered,
                "claim": prepared.claim,
            }
        )
        return Exit.DONE
    say(f"The registry in {configuration.data} is ready.")
    if prepared.claim:
        say("Open this link once the registry is served, to become its first administrator:")
        say(prepared.claim)
    return Exit.DONE


def _rebuild(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.packages.upkeep.rebuild import check
    from strongroom.site.preparation import render

    if arguments.check:
        report = check(house.premises, progress("projects"), lambda: time.sleep(WAIT))
    else:
        report = render(house, progress("projects"))
    if arguments.json:
        as_json({"checked": arguments.check, **asdict(report)})
    else:
        _tell(report, checked=arguments.check)
    return Exit.REFUSED if arguments.check and report.count else Exit.DONE


def _tell(report: "Report", *, checked: bool) -> None:
    for one in report.differences if checked else ():
        say(f"{one.how}: {clean(one.what)}")
    for what in report.unjudged:
        say(f"changed all the while: {clean(what)}")
    say(
        f"Looked at {report.projects} projects, {report.pages} pages and {report.files} files:"
        f" {report.count} {'differ' if checked else 'were put right'}."
    )


def _secret() -> str:
    return secrets.token_urlsafe(32)
