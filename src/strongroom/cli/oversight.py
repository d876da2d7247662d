"""Administration at the shell: `user close/reopen/admin/recover`, `switch`, `name`, `proposal`.

Whoever runs these holds the machine, so nothing waits for a second person; all administrators are
told by letter, and the events say who it was.
"""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, note, say, table

if TYPE_CHECKING:
    from strongroom.people.oversight.names import Named
    from strongroom.site.assembly import House


def add(commands: options.Commands) -> None:
    """Add the groups `switch`, `name` and `proposal`."""
    group = options.group(commands, "switch", "turn sign-up, new projects or uploads off and on")
    _add(group, "switch list", "list the switches", "", _switches)
    for to in ("off", "on"):
        told = f"turn a switch {to}"
        parser = _add(group, f"switch {to}", told, "uploads --reason 'we move'", _turn)
        parser.add_argument("name", metavar="NAME", help="sign-up, new-projects or uploads")
        _reason(parser)
        parser.set_defaults(on=to == "on")
    group = options.group(commands, "name", "prohibit names of users and projects")
    _add(group, "name list", "list the names that nobody may take", "", _names)
    for act, run in (("prohibit", _prohibit), ("allow", _allow)):
        told = f"{act} a name, and all that look like it"
        parser = _add(group, f"name {act}", told, "parcel --reason malware", run)
        parser.add_argument("name", metavar="NAME", help="the name")
        parser.add_argument("--user", action="store_true", help="a user's name, not a project's")
        options.ecosystem(parser)
        _reason(parser)
    group = options.group(commands, "proposal", "look at dangerous acts that wait for two")
    _add(group, "proposal list", "list the dangerous acts that are proposed", "", _proposals)
    told = "confirm what the only administrator has proposed"
    parser = _add(group, "proposal confirm", told, "7", _confirm)
    parser.add_argument("number", metavar="ID", type=options.whole_number, help="the proposal")


def add_to_users(users: options.Commands) -> None:
    """Add what the operator does with accounts to the group `user`."""
    for act, told in (
        ("close", "close an account: nobody signs in with it, its tokens are refused"),
        ("reopen", "open a closed account again"),
        ("admin", "make somebody an administrator, or none any more"),
        ("recover", "remove all second factors of an account, after the delay (break-glass)"),
    ):
        run = _recover if act == "recover" else _account
        parser = _add(users, f"user {act}", told, "alice --reason 'left us'", run)
        parser.add_argument("name", metavar="NAME", help="the user name")
        _reason(parser)
        parser.set_defaults(act=act)
        if act == "admin":
            parser.add_argument("--remove", action="store_true", help="no administrator any more")
        if act == "recover":
            parser.add_argument(
                "--now", action="store_true", help="skip the delay, which the event then says"
            )


def _add(
    group: options.Commands, name: str, told: str, words: str, run: options.Run
) -> argparse.ArgumentParser:
    example = f"strongroom {name} --data /srv/strongroom {words}".rstrip()
    parser = options.command(group, name.partition(" ")[2], told, example, run)
    options.data(parser)
    options.as_json(parser)
    return parser


def _reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", required=True, help="one line: why")


def _account(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.accounts.users import find_user
    from strongroom.people.oversight import accounts

    user, act = find_user(arguments.name, closed=True), arguments.act
    if act == "admin":
        act = "unmake" if arguments.remove else "make"
    acts = {
        "close": accounts.close,
        "reopen": accounts.reopen,
        "make": accounts.make_administrator,
        "unmake": accounts.unmake_administrator,
    }
    acts[act](house.office, OPERATOR, user, arguments.reason)
    user.refresh_from_db()
    if arguments.json:
        as_json({"name": user.username, "active": user.is_active, "admin": user.admin})
    else:
        state = "open" if user.is_active else "closed"
        who = "an administrator" if user.admin else "no administrator"
        say(f"{clean(user.username)} is {state}, and {who}.")
    return Exit.DONE


def _recover(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.people.accounts.users import find_user
    from strongroom.people.oversight.acting import reason
    from strongroom.people.recovery.acts import break_glass

    user, why = find_user(arguments.name), reason(arguments.reason)
    note(f"All second factors of {user.username} are to be removed; everybody will be told.")
    if not _typed(user.username):
        note("error: that is not the name; nothing was done [name-not-typed]")
        return Exit.REFUSED
    row = break_glass(house.office, user, why, at_once=arguments.now)
    if arguments.json:
        as_json({"name": user.username, "state": row.state, "ripe_at": row.ripe_at})
    elif arguments.now:
        say(f"The factors of {clean(user.username)} are removed; a link was mailed.")
    else:
        say(f"A worker removes them after {row.ripe_at:%Y-%m-%d %H:%M} UTC, unless it is stopped.")
    return Exit.DONE


def _typed(name: str) -> bool:
    note("Type the user name to confirm:")
    try:
        return input().strip() == name
    except EOFError:
        return False


def _switches(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.oversight.switches import listed

    rows = [asdict(one) for one in listed(OPERATOR)]
    if arguments.json:
        as_json(rows)
    else:
        heads = ("name", "on", "reason", "by", "at")
        table(heads, ([row[head] for head in heads] for row in rows))
    return Exit.DONE


def _turn(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.oversight import switches

    name = switches.name(arguments.name)
    changed = switches.turn(house.office, OPERATOR, name, arguments.reason, on=arguments.on)
    if arguments.json:
        as_json({"name": name, "on": arguments.on, "changed": changed})
    else:
        say(f"{name} is {'on' if arguments.on else 'off'}.")
    return Exit.DONE


def _names(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.oversight.names import listed

    heads = ("what", "name", "reason", "by", "at")
    rows = [(one.what, one.display, one.reason, one.by, one.at) for one in listed(OPERATOR)]
    if arguments.json:
        as_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        table(heads, rows)
    return Exit.DONE


def _prohibit(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.oversight.names import prohibit

    named = _named(house, arguments)
    changed = prohibit(house.office, OPERATOR, named, arguments.reason)
    return _said(arguments, named, f"Nobody can take {clean(named.display)}.", changed=changed)


def _allow(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.oversight.names import allow

    named = _named(house, arguments)
    allow(house.office, OPERATOR, named, arguments.reason)
    return _said(arguments, named, f"{clean(named.display)} is free again.", changed=True)


def _said(arguments: argparse.Namespace, named: "Named", sentence: str, *, changed: bool) -> int:
    if arguments.json:
        as_json({"what": named.what, "name": named.display, "changed": changed})
    else:
        say(sentence)
    return Exit.DONE


def _named(house: "House", arguments: argparse.Namespace) -> "Named":
    from strongroom.people.oversight.names import Named, of_user

    if arguments.user:
        return of_user(arguments.name)
    name = house.desk.ecosystem(arguments.ecosystem).name(arguments.name)
    return Named(arguments.ecosystem, name.similar, name.display)


def _proposals(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.oversight.proposals import listed

    heads = ("id", "act", "subject", "state", "by", "reason")
    rows = [
        (one.pk, one.kind, one.subject, one.state, one.proposer.username, one.reason)
        for one in listed(OPERATOR)
    ]
    if arguments.json:
        as_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        table(heads, rows)
    return Exit.DONE


def _confirm(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.oversight.proposals import confirm

    row = confirm(house.office, OPERATOR, arguments.number)
    if arguments.json:
        as_json({"id": row.pk, "state": row.state, "ripe_at": row.ripe_at})
    else:
        say(f"A worker does it after {row.ripe_at:%Y-%m-%d %H:%M} UTC, unless it is withdrawn.")
    return Exit.DONE
