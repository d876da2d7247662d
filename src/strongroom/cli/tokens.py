"""Tokens: make, list, revoke, and, without any registry, narrow and inspect them."""

import argparse
import sys
from dataclasses import asdict

from strongroom.cli import limits, opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, facts, note, say, table

BLOCK = 64 * 1024  # bytes


def add(commands: options.Commands) -> None:
    """Add the group `token`."""
    tokens = options.group(commands, "token", "make, narrow, list and revoke tokens")
    _add_create(tokens)
    parser = options.command(
        tokens,
        "list",
        "list tokens, of all users or of one",
        "strongroom token list --data /srv/strongroom --user alice",
        _list,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("--user", metavar="NAME", help="only tokens of this user")
    parser = options.command(
        tokens,
        "revoke",
        "end a token and every token narrowed from it",
        "strongroom token revoke --data /srv/strongroom 41",
        _revoke,
    )
    options.data(parser)
    parser.add_argument(
        "id", metavar="ID", type=options.whole_number, help="its number in the list"
    )
    parser = options.command(
        tokens,
        "leaked",
        "end the tokens in a text that others may have read, and tell their owners",
        "strongroom token leaked --data /srv/strongroom --url https://example.org/log < log.txt",
        _leaked,
    )
    options.data(parser)
    parser.add_argument("--url", metavar="URL", default="", help="where it was found")
    _add_offline(tokens)


def _add_create(tokens: options.Commands) -> None:
    parser = options.command(
        tokens,
        "create",
        "make a token and print it, alone, on standard output",
        "strongroom token create --data /srv/strongroom --user alice --project parcel --expires 90",
        _create,
    )
    options.data(parser)
    parser.add_argument("--user", metavar="NAME", required=True, help="whose token it is")
    parser.add_argument("--label", metavar="TEXT", default="", help="a name to recognise it by")
    limits.add(parser, several=True)
    limits.expiry(
        parser, None, "days until it ends (default: token_days; 0: never, if that may be)"
    )


def _add_offline(tokens: options.Commands) -> None:
    parser = options.command(
        tokens,
        "narrow",
        "print a weaker token made from a stronger one, without asking any registry",
        "strongroom token narrow - --project parcel --expires 1 --once < token.txt",
        _narrow,
    )
    _add_token(parser)
    limits.add(parser)
    limits.expiry(parser, 0, "days until it ends at the latest (default: as the token itself)")
    parser = options.command(
        tokens,
        "inspect",
        "show what a token says of itself, without asking any registry",
        "strongroom token inspect - --json < token.txt",
        _inspect,
    )
    _add_token(parser)
    options.as_json(parser)


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "token",
        metavar="TOKEN",
        nargs="?",
        default="-",
        help="the token; - or nothing reads it from standard input, which other users cannot see",
    )


def _create(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.accounts.users import find_user
    from strongroom.people.tokens.minting import Order, create

    order = Order(
        arguments.label, limits.read(arguments, house.clock.now()), endless=arguments.expires == 0
    )
    minted = create(find_user(arguments.user), order, by=OPERATOR, mint=house.mint)
    ends = minted.row.expires_at
    note(f"token {minted.row.pk}, valid until {ends:%Y-%m-%d}" if ends else "valid for ever")
    say(minted.text)
    return Exit.DONE


def _list(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.people.accounts.users import find_user
    from strongroom.people.tokens.register import register

    owner = find_user(arguments.user).pk if arguments.user else None
    entries = [asdict(entry) for entry in register(owner)]
    if arguments.json:
        as_json(entries)
        return Exit.DONE
    heads = ("id", "owner", "label", "created_at", "expires_at", "last_used_at", "revoked_at")
    rows = ([*(entry[head] for head in heads), entry["limits"]["projects"]] for entry in entries)
    table((*heads, "projects"), rows)
    return Exit.DONE


def _revoke(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.tokens.minting import revoke
    from strongroom.people.tokens.register import find_token

    ended = revoke(find_token(arguments.id), by=OPERATOR, clock=house.clock)
    say(f"Token {arguments.id} {'is revoked.' if ended else 'was revoked before.'}")
    return Exit.DONE


def _leaked(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.leaks.acts import Finder, disclosed
    from strongroom.people.leaks.reports import Found, address
    from strongroom.people.tokens.secrets import tokens_in

    # Read from standard input alone: other users of the machine can see arguments.
    texts = dict.fromkeys(tokens_in(iter(lambda: sys.stdin.buffer.read(BLOCK), b"")))
    finds = [Found(text, where=address(arguments.url)) for text in texts]
    judged = disclosed(finds, Finder(OPERATOR.name, OPERATOR), house.leaks.tell)
    for one in judged:
        say(f"{one.token}: {one.outcome}" if one.is_ours else "made elsewhere")
    note(f"{len(judged)} tokens found")
    return Exit.DONE


def _narrow(arguments: argparse.Namespace) -> int:
    from strongroom.people.tokens import caveats, macaroons

    wanted = limits.read(arguments, limits.moment())
    if not wanted:
        note("error: no limit was named; `strongroom token narrow --help` lists them [usage]")
        return Exit.USAGE
    say(macaroons.narrow(_text(arguments), [caveats.encode(limit) for limit in wanted]))
    return Exit.DONE


def _inspect(arguments: argparse.Namespace) -> int:
    from strongroom.people.tokens.verdict import describe

    described = describe(_text(arguments))
    if arguments.json:
        as_json(described)
    else:
        facts(described)
    return Exit.DONE


def _text(arguments: argparse.Namespace) -> str:
    given: str = arguments.token
    return (sys.stdin.readline() if given == "-" else given).strip()
