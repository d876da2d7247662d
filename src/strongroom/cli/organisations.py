"""Organisations at the shell: make, show and delete them, and say who is in one, and as what.

Whoever runs these holds the machine, so nobody is asked for their consent; who it concerns is told
by letter, and the events say who it was.
"""

import argparse

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, facts, say, table


def add(commands: options.Commands) -> None:
    """Add the group `organisation`."""
    group = options.group(commands, "organisation", "make organisations, and say who is in one")
    _add(group, "list", "list all organisations", "", _list)
    parser = _add(group, "show", "show who is in an organisation, and its teams", "acme", _show)
    parser.add_argument("name", metavar="NAME", help="the organisation")
    parser = _add(group, "create", "make an organisation", "acme --owner alice", _create)
    parser.add_argument("name", metavar="NAME", help="the organisation")
    parser.add_argument("--owner", metavar="USER", required=True, help="whose it is")
    parser.add_argument("--title", metavar="TEXT", default="", help="what it is called in full")
    parser = _add(
        group, "seat", "put somebody into an organisation", "acme bob --rank manager", _seat
    )
    _of_member(parser)
    parser.add_argument(
        "--rank", metavar="RANK", default="member", help="owner, manager or member (the default)"
    )
    parser = _add(group, "dismiss", "take somebody out of an organisation", "acme bob", _dismiss)
    _of_member(parser)
    parser = _add(group, "delete", "delete an organisation that holds no projects", "acme", _delete)
    parser.add_argument("name", metavar="NAME", help="the organisation")


def add_to_projects(projects: options.Commands) -> None:
    """Add the transfer of a project to the group `project`."""
    parser = options.of_project(
        projects,
        "transfer",
        "give a project to an organisation or a user",
        "parcel --organisation acme",
        _transfer,
    )
    options.as_json(parser)
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--organisation", metavar="NAME", default="", help="to this organisation")
    either.add_argument("--user", metavar="NAME", default="", help="to this user")


def _add(
    group: options.Commands, name: str, told: str, example: str, run: options.Run
) -> argparse.ArgumentParser:
    whole = f"strongroom organisation {name} --data /srv/strongroom {example}".rstrip()
    parser = options.command(group, name, told, whole, run)
    options.data(parser)
    options.as_json(parser)
    return parser


def _of_member(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the organisation")
    parser.add_argument("user", metavar="USER", help="who")


def _list(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.people.organisations.shown import listed

    heads = ("name", "title", "members", "projects")
    rows = listed()
    if arguments.json:
        as_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        table(heads, rows)
    return Exit.DONE


def _show(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.people.organisations.acts import find
    from strongroom.people.organisations.shown import members_of, projects_of, teams_of

    row = find(arguments.name)
    told = {
        "name": row.name,
        "title": row.title,
        "projects": projects_of(row),
        "members": [f"{one.name} ({one.rank})" for one in members_of(row)],
        "teams": [f"{one.name}: {', '.join(one.members)}" for one in teams_of(row)],
    }
    if arguments.json:
        as_json(told)
    else:
        facts(told)
    return Exit.DONE


def _create(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.organisations.founding import Manner, Plan, Terms, create

    terms = Terms(by_all=True, site=house.configuration.site_name)
    plan = Plan(arguments.name, Manner(arguments.title), arguments.owner)
    row = create(terms, OPERATOR, plan, house.clock)
    return _told(arguments, f"The organisation {row.name} is {arguments.owner}'s", changed=True)


def _seat(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.access.roles import rank
    from strongroom.people.organisations.members import set_rank

    wanted = rank(arguments.rank)
    changed = set_rank(OPERATOR, arguments.name, arguments.user, wanted, house.clock)
    return _told(arguments, f"{arguments.user} is {wanted} of {arguments.name}", changed=changed)


def _dismiss(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.expelling import expel

    changed = expel(house.desk, OPERATOR, arguments.name, arguments.user)
    return _told(arguments, f"{arguments.user} is not in {arguments.name}", changed=changed)


def _delete(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.people.organisations.founding import remove

    remove(OPERATOR, arguments.name, house.clock)
    return _told(arguments, f"The organisation {arguments.name} is deleted", changed=True)


def _transfer(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.core.coordinates import ProjectId
    from strongroom.packages.transfer.offers import Whom, offer

    key = house.desk.ecosystem(arguments.ecosystem).name(arguments.name).key
    to = Whom(arguments.organisation, arguments.user)
    offer(house.desk, OPERATOR, ProjectId(arguments.ecosystem, key), to)
    whose = arguments.organisation or arguments.user
    return _told(arguments, f"{arguments.name} is {whose}'s", changed=True)


def _told(arguments: argparse.Namespace, sentence: str, *, changed: bool) -> int:
    if arguments.json:
        as_json({"name": arguments.name, "changed": changed})
    else:
        say(f"{clean(sentence)}{'' if changed else ' (it was so before)'}")
    return Exit.DONE
