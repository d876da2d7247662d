"""Webhooks at the shell: those of the registry, or with --project those of a project."""

import argparse
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, note, say, table

if TYPE_CHECKING:
    from strongroom.packages.hooks.changes import Made
    from strongroom.packages.hooks.rows import Place
    from strongroom.packages.models import Hook
    from strongroom.site.assembly import House

_HEADS = ("hook", "host", "state", "kinds", "made_at", "failing_since")


def add(commands: options.Commands) -> None:
    """Add the group `hook`."""
    hooks = options.group(commands, "hook", "have other servers told of events")
    _add(hooks, "list", "list webhooks", "", _list)
    parser = _add(
        hooks,
        "add",
        "make a webhook, and show its secret once",
        "https://ci.example.org/x",
        _create,
    )
    parser.add_argument("url", metavar="URL", help="where events are sent")
    parser.add_argument(
        "--kind",
        metavar="KIND",
        action="append",
        default=[],
        help="an event that it hears of, such as file-published; may be repeated (default: all)",
    )
    _of_hook(hooks, "show", "show what was delivered", _show)
    _of_hook(hooks, "renew", "give a webhook a new secret, and show it once", _renew)
    _of_hook(hooks, "test", "send a message that tells nothing", _try_out)
    _of_hook(hooks, "on", "switch a webhook on", _switch)
    _of_hook(hooks, "off", "switch a webhook off", _switch)
    _of_hook(hooks, "remove", "take a webhook away", _remove)


def _add(
    hooks: options.Commands, name: str, told: str, words: str, run: options.Run
) -> argparse.ArgumentParser:
    example = f"strongroom hook {name} --data /srv/strongroom {words}".rstrip()
    parser = options.command(hooks, name, told, example, run)
    options.data(parser)
    options.as_json(parser)
    options.ecosystem(parser)
    parser.add_argument(
        "--project", metavar="NAME", default="", help="those of a project, not of the registry"
    )
    return parser


def _of_hook(hooks: options.Commands, name: str, told: str, run: options.Run) -> None:
    parser = _add(hooks, name, told, "2c26b46b68ffc68ff99b453c1d304134", run)
    parser.add_argument("hook", metavar="HOOK", help="its handle in the list")
    parser.set_defaults(act=name)


def _list(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.hooks.rows import hooks_of

    rows = [_row(one) for one in hooks_of(OPERATOR, _place(house, arguments))]
    if arguments.json:
        as_json([dict(zip(_HEADS, row, strict=True)) for row in rows])
    else:
        table(_HEADS, rows)
    return Exit.DONE


def _create(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.core.events import PUBLIC
    from strongroom.packages.hooks.changes import Wanted, create

    wanted = Wanted(arguments.url, arguments.kind or list(PUBLIC))
    return _made(arguments, create(house.herald, OPERATOR, _place(house, arguments), wanted))


def _show(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.hooks.rows import deliveries_of, find

    hook = find(OPERATOR, _place(house, arguments), arguments.hook)
    heads = ("message", "serial", "state", "tries", "tried_at", "status", "fault")
    rows = [tuple(getattr(one, head) for head in heads) for one in deliveries_of(hook)]
    if arguments.json:
        told = [dict(zip(heads, row, strict=True)) for row in rows]
        as_json({**dict(zip(_HEADS, _row(hook), strict=True)), "deliveries": told})
    else:
        table(heads, rows)
    return Exit.DONE


def _renew(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.hooks.changes import renew

    return _made(arguments, renew(house.herald, OPERATOR, _place(house, arguments), arguments.hook))


def _try_out(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.hooks.changes import try_out

    row = try_out(house.herald, OPERATOR, _place(house, arguments), arguments.hook)
    return _done(arguments, {"message": row.message}, "A worker sends it now; `hook show` tells.")


def _switch(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.hooks.changes import switch

    on = arguments.act == "on"
    hook = switch(house.herald, OPERATOR, _place(house, arguments), arguments.hook, on=on)
    return _done(
        arguments, {"hook": hook.handle, "state": hook.state}, f"The webhook is {hook.state}."
    )


def _remove(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.hooks.changes import remove

    remove(house.herald, OPERATOR, _place(house, arguments), arguments.hook)
    return _done(arguments, {"hook": arguments.hook}, "The webhook is removed.")


def _place(house: "House", arguments: argparse.Namespace) -> "Place":
    from strongroom.core.coordinates import ProjectId

    if not arguments.project:
        return None
    name = house.desk.ecosystem(arguments.ecosystem).name(arguments.project)
    return ProjectId(arguments.ecosystem, name.key)


def _row(hook: "Hook") -> tuple[object, ...]:
    return (
        hook.handle,
        hook.host,
        hook.state,
        hook.kinds,
        hook.made_at,
        hook.failing_since,
    )


def _made(arguments: argparse.Namespace, made: "Made") -> int:
    if arguments.json:
        as_json({"hook": made.hook.handle, "secret": made.secret})
        return Exit.DONE
    note(f"The secret of the webhook {made.hook.handle}. It is not shown again.")
    say(made.secret)
    return Exit.DONE


def _done(arguments: argparse.Namespace, told: dict[str, object], sentence: str) -> int:
    if arguments.json:
        as_json(told)
    else:
        say(clean(sentence))
    return Exit.DONE
