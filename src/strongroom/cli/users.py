"""Accounts: `user create`, `user enrol`, `user link`, `user list`, `user sign-out`.

What administrators do with accounts is in `oversight`.
"""

import argparse
import base64
import secrets
from dataclasses import asdict
from urllib.parse import quote, urlencode

from strongroom.cli import opening, options, oversight
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, note, say, table

TOTP_BYTES = 20  # RFC 4226, 4, R6, recommends 160 bits


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
        "enrol",
        "give an account that has none a second factor, and print it once",
        "strongroom user enrol --data /srv/strongroom alice",
        _enrol,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("name", metavar="NAME", help="the user name")
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
    parser = options.command(
        users,
        "sign-out",
        "end all browser sessions of an account, or of everybody, and forget the devices",
        "strongroom user sign-out --data /srv/strongroom --all",
        _sign_out,
    )
    options.data(parser)
    options.as_json(parser)
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("name", metavar="NAME", nargs="?", help="the user name")
    whom.add_argument("--all", action="store_true", help="everybody")

    oversight.add_to_users(users)


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


def _enrol(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.accounts.factors import enrol_totp
    from strongroom.people.accounts.users import find_user

    user = find_user(arguments.name)
    secret = base64.b32encode(secrets.token_bytes(TOTP_BYTES)).decode()
    enrol_totp(user, secret, seal=house.seal_factor, by=OPERATOR, clock=house.clock)
    label = quote(f"{house.configuration.site_name}:{user.username}")
    asked = urlencode({"secret": secret, "issuer": house.configuration.site_name}, quote_via=quote)
    address = f"otpauth://totp/{label}?{asked}"
    if arguments.json:
        as_json({"name": user.username, "secret": secret, "address": address})
    else:
        say(address)
        note("Put it into an authenticator app now: it is not shown again.")
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


def _sign_out(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.accounts.sessions import end_all
    from strongroom.people.accounts.users import find_user

    user = None if arguments.all else find_user(arguments.name)
    ended = end_all(OPERATOR, user, house.clock)
    if arguments.json:
        as_json({"name": user.username if user else None, "sessions": ended})
    else:
        say(f"Ended {ended} session{'' if ended == 1 else 's'}.")
        note("Tokens work on; `strongroom token revoke` ends them.")
    return Exit.DONE
