"""Work in the background: `worker` does it; `jobs` shows it and decides about what failed."""

import argparse
from dataclasses import asdict

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, note, say, table
from strongroom.core.actors import OPERATOR
from strongroom.core.jobs import State

_HEADS = ("id", "job", "state", "queued", "attempts", "last error")


def add(commands: options.Commands) -> None:
    """Add `worker` and the group `jobs`."""
    parser = options.command(
        commands,
        "worker",
        "do the registry's work in the background, in a process of its own, until told to end",
        "strongroom worker --data /srv/strongroom",
        _worker,
    )
    options.data(parser)
    jobs = options.group(commands, "jobs", "look at work in the background, and what failed of it")
    parser = options.command(
        jobs, "list", "show the work that is not done", "strongroom jobs list --failed", _list
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("--failed", action="store_true", help="only what failed for good")
    parser = options.command(
        jobs,
        "retry",
        "put jobs that failed back into the queue",
        "strongroom jobs retry 5f0c2b1e-7a56-4c0e-9d39-0d7b5a1c6f11",
        _retry,
    )
    _chosen(parser)
    parser = options.command(
        jobs,
        "drop",
        "name jobs that failed, and remove them undone with --yes",
        "strongroom jobs drop --all --yes",
        _drop,
    )
    _chosen(parser)
    parser.add_argument("--yes", action="store_true", help="remove them, not only name them")


def _chosen(parser: argparse.ArgumentParser) -> None:
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("job", metavar="ID", nargs="*", help="a job, as `jobs list` names it")
    parser.add_argument("--all", action="store_true", help="all that failed for good")


def _worker(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.site.crew import worker
    from strongroom.site.logs import configure
    from strongroom.site.schedule import SCHEDULE

    configure(house.configuration.log_format, house.configuration.log_level)
    made = worker(SCHEDULE)
    with made.heeding():
        say(f"{made.terms.worker} works for {house.configuration.url}")
        made.run()
    return Exit.DONE


def _list(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.site.jobs import board

    jobs = [
        one for one in board.listed(OPERATOR) if one.state is State.FAILED or not arguments.failed
    ]
    if arguments.json:
        as_json([asdict(one) for one in jobs])
    elif jobs:
        table(
            _HEADS,
            (
                (
                    one.id,
                    f"{one.name} {one.arguments}".strip(),
                    one.state,
                    one.queued_at,
                    f"{one.attempts} of {one.at_most}",
                    one.error,
                )
                for one in jobs
            ),
        )
    else:
        say("No work waits, runs or has failed.")
    return Exit.DONE


def _retry(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.site.jobs import board

    ids = _ids(arguments)
    for one in ids:
        board.retry(OPERATOR, one, house.clock)
    return _told(arguments, ids, "Put back into the queue")


def _drop(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.site.jobs import board

    ids = _ids(arguments)
    for one in ids:
        found = board.find(OPERATOR, one)
        if not arguments.yes:
            say(f"{one} {found.name} {found.arguments}".rstrip())
    if not arguments.yes:
        note("Nothing was removed; add --yes to remove them.")
        return Exit.DONE
    for one in ids:
        board.drop(OPERATOR, one, house.clock)
    return _told(arguments, ids, "Removed")


def _ids(arguments: argparse.Namespace) -> list[str]:
    from strongroom.site.jobs import board

    if arguments.all:
        return [one.id for one in board.listed(OPERATOR) if one.state is State.FAILED]
    return list(arguments.job)


def _told(arguments: argparse.Namespace, ids: list[str], done: str) -> int:
    if arguments.json:
        as_json({"jobs": ids})
    else:
        say(f"{done}: {len(ids)} jobs.")
    return Exit.DONE
