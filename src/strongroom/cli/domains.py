"""Mail domains: `domain check`."""

import argparse
from dataclasses import asdict, dataclass
from datetime import datetime

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, table


@dataclass(frozen=True, slots=True)
class Line:
    """What is printed of a domain; moments as ISO 8601, empty where there is none."""

    domain: str
    mail: str
    registry: str
    registered_at: str
    doubted_since: str
    addresses_lapsed: int


def add(commands: options.Commands) -> None:
    """Add the group `domain`."""
    domains = options.group(commands, "domain", "ask about the mail domains of accounts")
    parser = options.command(
        domains,
        "check",
        "ask DNS and registries now about one mail domain, or all that are due",
        "strongroom domain check --data /srv/strongroom example.org",
        _check,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("name", metavar="NAME", nargs="?", help="the domain")


def _check(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.people.accounts import domains
    from strongroom.site.inquiry import asking

    ask, now = asking(house.configuration), house.clock.now()
    trusted = house.configuration.mail_domains_trusted
    names = (domains.named(arguments.name, now),) if arguments.name else domains.due(now, trusted)
    lines = []
    for name in names:
        finding = ask(name, house.clock.now())
        verdict, lost = domains.weigh(name, finding, house.clock)
        registered, doubted = map(_told, (finding.registered_at, verdict.doubted_since))
        lines.append(Line(name, finding.mail, finding.held, registered, doubted, lost))
    if arguments.json:
        as_json([asdict(line) for line in lines])
    else:
        heads = tuple(Line.__dataclass_fields__)
        table(heads, ([asdict(line)[head] for head in heads] for line in lines))
    return Exit.DONE


def _told(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
