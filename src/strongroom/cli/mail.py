"""Letters: `mail test`."""

import argparse

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, say


def add(commands: options.Commands) -> None:
    """Add the group `mail`."""
    mail = options.group(commands, "mail", "look after the letters that the registry sends")
    parser = options.command(
        mail,
        "test",
        "send a letter to an address now, by the mail server that is set",
        "strongroom mail test --data /srv/strongroom ops@example.org",
        _test,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("address", metavar="ADDRESS", help="who is to get it")


def _test(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from strongroom.core.errors import InvalidError

    address, name = arguments.address, house.configuration.site_name
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidError(
            "email-invalid", f"{address[:100]!a} is not an e-mail address.", "Correct the address."
        ) from None
    house.post.send(
        address, f"{name}: a test", f"This registry sends letters: {house.press.public_url}\n"
    )
    where = house.post.server.host if house.post.server else str(house.post.folder)
    if arguments.json:
        as_json({"address": address, "by": where})
    else:
        say(f"Handed a letter to {clean(address)} over to {clean(where)}.")
    return Exit.DONE
