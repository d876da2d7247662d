"""Looking after a registry's bytes: `scrub`, `sweep`, `backup`, `restore`."""

import argparse
import os
import secrets
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.progress import progress
from strongroom.cli.terminal import as_json, clean, facts, note, say, table

if TYPE_CHECKING:
    from strongroom.packages.upkeep.backup import Made
    from strongroom.packages.upkeep.scrub import Report
    from strongroom.site.assembly import House

MB = 1_000_000
GRACE_HOURS = 24
_SHOWN = ("project", "version", "filename", "fault", "repaired")


def add(commands: options.Commands) -> None:
    """Add the four commands."""
    _add_scrub(commands)
    _add_sweep(commands)
    _add_backup(commands)
    _add_restore(commands)


def _add_scrub(commands: options.Commands) -> None:
    parser = options.command(
        commands,
        "scrub",
        "read every published byte back, stop serving what is damaged, and repair it if told from"
        " where",
        "strongroom scrub --data /srv/strongroom --repair-from /backup/strongroom --rate 50",
        _scrub,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument(
        "--repair-from",
        metavar="FOLDER",
        type=Path,
        help="a backup, or the data folder of another registry, that may have the right bytes",
    )
    parser.add_argument(
        "--rate",
        metavar="MB",
        type=options.whole_number,
        default=0,
        help="read no more than so many megabytes a second (default: as fast as it goes)",
    )


def _add_sweep(commands: options.Commands) -> None:
    parser = options.command(
        commands,
        "sweep",
        "name the files that nothing needs any more, and remove them with --yes",
        "strongroom sweep --data /srv/strongroom --yes",
        _sweep,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("--yes", action="store_true", help="remove them, not only name them")
    parser.add_argument(
        "--older-than",
        metavar="HOURS",
        type=options.whole_number,
        default=GRACE_HOURS,
        help=f"leave alone what was written within these hours (default: {GRACE_HOURS})",
    )


def _add_backup(commands: options.Commands) -> None:
    parser = options.command(
        commands,
        "backup",
        "copy a registry, while it serves, into a folder that `restore` can put back",
        "strongroom backup --data /srv/strongroom /backup/strongroom",
        _backup,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        type=Path,
        help="an empty folder, or that of an earlier backup of this registry, which is brought up"
        " to date",
    )
    parser.add_argument(
        "--without-keys", action="store_true", help="leave the keys out; copy them elsewhere"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="hash again the blobs that an earlier backup has put there",
    )


def _add_restore(commands: options.Commands) -> None:
    parser = options.command(
        commands,
        "restore",
        "make a registry out of a backup, in an empty folder, and verify all of it",
        "strongroom restore --data /srv/strongroom /backup/strongroom",
        _restore,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder of the backup")
    parser.add_argument(
        "--digest", metavar="SHA256", help="refuse a backup whose manifest has another digest"
    )
    parser.add_argument(
        "--keys", metavar="FOLDER", type=Path, help="take the keys from this folder"
    )


def _scrub(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    report = _scrubbed(house, arguments.repair_from, arguments.rate)
    if arguments.json:
        as_json(_as_values(report))
    else:
        _tell(report)
    return Exit.REFUSED if report.withheld else Exit.DONE


def _scrubbed(house: "House", source: Path | None, rate: int) -> "Report":
    from strongroom.packages.upkeep.reading import Pace
    from strongroom.packages.upkeep.scrub import scrub

    pace = Pace(rate * MB, time.monotonic, time.sleep)
    return scrub(house.premises, pace, source, progress("files"))


def _as_values(report: "Report") -> dict[str, object]:
    return {**asdict(report), "withheld": report.withheld}


def _tell(report: "Report") -> None:
    say(f"Read {report.blobs} blobs, {report.read_bytes} bytes, and {report.pages} pages.")
    for path in report.replaced:
        say(f"Replaced on the shelf: {clean(path)}")
    for path in report.rendered:
        say(f"Rendered anew: {clean(path)}")
    if not report.damaged:
        say("Every published file is whole.")
        return
    table(_SHOWN, ([getattr(one, name) for name in _SHOWN] for one in report.damaged))
    if report.withheld:
        note(
            f"{report.withheld} files are damaged and served to nobody;"
            " `strongroom scrub --repair-from FOLDER` repairs them from a backup."
        )


def _sweep(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.packages.upkeep import sweep

    before = house.clock.now() - timedelta(hours=arguments.older_than)
    strays = sweep.find(house.premises, before.timestamp())
    if arguments.yes:
        strays = sweep.remove(house.premises, strays)
    if arguments.json:
        as_json({"removed": arguments.yes, "files": [asdict(one) for one in strays]})
        return Exit.DONE
    table(("sort", "name", "size"), ((one.sort, one.name, one.size) for one in strays))
    total = f"{len(strays)} files, {sum(one.size for one in strays)} bytes"
    say(f"Removed {total}." if arguments.yes else f"{total}; --yes removes them.")
    return Exit.DONE


def _backup(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from importlib.metadata import version

    from django.conf import settings

    from strongroom.packages.upkeep.backup import Source, Wanted, backup

    source = Source(
        data=house.configuration.data,
        blobs=house.blobs,
        alone=house.premises.alone,
        registry=settings.KEYS.key("backup").hex()[:32],
        program=version("strongroom"),
    )
    wanted = Wanted(keys=not arguments.without_keys, verify=arguments.verify)
    made = backup(source, arguments.folder, wanted, datetime.now(UTC), progress("files"))
    _tell_backup(made, arguments)
    return Exit.REFUSED if made.manifest.absent else Exit.DONE


def _tell_backup(made: "Made", arguments: argparse.Namespace) -> None:
    told = {
        "folder": str(arguments.folder),
        "made_at": made.manifest.made_at,
        "serial": made.manifest.serial,
        "blobs": len(made.manifest.blobs),
        "copied": made.copied,
        "copied_bytes": made.copied_bytes,
        "reused": made.reused,
        "absent": list(made.manifest.absent),
        "keys": made.manifest.has_keys,
        "manifest_sha256": made.digest,
    }
    if arguments.json:
        as_json(told)
        return
    facts(told)
    if made.manifest.has_keys:
        note("This backup holds the keys: whoever reads it can make tokens. Keep it as safe.")
    if made.manifest.absent:
        note(
            f"{len(made.manifest.absent)} blobs are damaged or missing and are not in the backup;"
            " run `strongroom scrub`."
        )


def _tell_settings(data: Path) -> None:
    from strongroom.packages.upkeep.restore import SETTINGS_ASIDE

    if (data / SETTINGS_ASIDE).exists():
        note(
            f"The settings of the backup name a database or a bucket: they are in {SETTINGS_ASIDE},"
            " and not in effect."
        )


def _restore(arguments: argparse.Namespace) -> int:
    configuration = opening.configuration(arguments)
    from strongroom.packages.upkeep.restore import Origin, Place, finish, put_back, trusted
    from strongroom.site.start import known_migrations, refuse_another, refuse_root, resume
    from strongroom.site.storage import storage
    from strongroom.stores.keys import open_keys

    refuse_root(configuration.data, os.geteuid())
    passphrase = configuration.key_passphrase or None
    origin = Origin(arguments.folder, arguments.digest, arguments.keys)
    manifest = trusted(origin, known_migrations())
    refuse_another(configuration)
    folder = put_back(
        origin,
        manifest,
        Place(configuration.data, storage(configuration).blobs),
        lambda keys: open_keys(keys, passphrase),
        progress("blobs"),
    )
    resume(os.environ)
    from strongroom.site.restoring import put_rows

    put_rows(configuration, manifest, folder, progress("rows"))
    finish(configuration.data)
    _tell_settings(configuration.data)
    from strongroom.site.assembly import house
    from strongroom.site.preparation import prepare

    prepared = prepare(house(), lambda: secrets.token_urlsafe(32))
    report = _scrubbed(house(), None, 0)
    if arguments.json:
        counts = {"data": str(configuration.data), "serial": manifest.serial}
        as_json({**counts, "projects": prepared.rendered, **_as_values(report)})
    else:
        say(f"Restored {prepared.rendered} projects as of event {manifest.serial}.")
        _tell(report)
    sys.stdout.flush()
    return Exit.REFUSED if report.withheld else Exit.DONE
