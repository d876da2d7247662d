"""Accounts: `user create`, `user link`, `user list`."""

import argparse
import secrets
from dataclasses import asdict

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, note, say, table


def add(commands: options.Commands) -> None:
    """Add the group `user`."""
    users = options.group(commands, "user", "make and list accounts")
    parser = options.command(
        users,
        "create",
        "make an account",
        "strongroom user create --data /srv/strongroom alice --email alice@example.org --admin",
        _create,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("name", metavar="NAME", help="the user name")
    parser.add_argument("--email", metavar="ADDRESS", required=True, help="the e-mail address")
    parser.add_argument("--admin", action="store_true", help="let the account run the registry")
    parser = options.command(
        users,
        "link",
        "print a link by which a person signs in once, within 15 minutes",
        "strongroom user link --data /srv/strongroom alice",
        _link,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("name", metavar="NAME", help="the user name")
    parser = options.command(
        users,
        "list",
        "list all accounts",
        "strongroom user list --data /srv/strongroom --json",
        _list,
    )
    options.data(parser)
    options.as_json(parser)


def _create(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.accounts.users import create_user

    user = create_user(
        arguments.name,
        arguments.email,
        admin=arguments.admin,
        actor=OPERATOR,
        clock=house.clock,
    )
    if arguments.json:
        as_json({"name": user.username, "email": user.email, "admin": user.admin})
    else:
        say(f"Made the account {clean(user.username)}.")
        note(f"`strongroom user link {clean(user.username)}` prints a link to sign in with.")
    return Exit.DONE


def _link(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.accounts.links import create_link
    from strongroom.people.accounts.users import find_user

    user = find_user(arguments.name)
    secret = create_link(user, OPERATOR, house.clock, lambda: secrets.token_urlsafe(32))
    link = f"{house.configuration.url}/sign-in/{secret}"
    if arguments.json:
        as_json({"name": user.username, "link": link})
    else:
        say(link)
    return Exit.DONE


def _list(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.people.accounts.roll import roll

    entries = [asdict(entry) for entry in roll()]
    if arguments.json:
        as_json(entries)
    else:
        heads = ("name", "email", "admin", "active", "created_at")
        table(heads, ([entry[head] for head in heads] for entry in entries))
    return Exit.DONE
