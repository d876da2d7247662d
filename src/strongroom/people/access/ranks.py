"""What somebody is in an organisation, and which organisations would be left to nobody."""

from dataclasses import dataclass

from strongroom.people.access.roles import Rank
from strongroom.people.models import Membership


@dataclass(frozen=True, slots=True)
class Seat:
    """An organisation that somebody is in: its row, its name, and as what."""

    organisation: int
    name: str
    rank: Rank


def rank_of(user_id: int | None, organisation: int) -> Rank | None:
    """Return somebody's rank in an organisation; None where they are not in it."""
    if user_id is None:
        return None
    rows = Membership.objects.filter(user_id=user_id, organisation=organisation)
    rank = rows.values_list("rank", flat=True).first()
    return Rank(rank) if rank is not None else None


def seats_of(user_id: int) -> tuple[Seat, ...]:
    """Return the organisations that somebody is in, in order of names."""
    rows = Membership.objects.filter(user_id=user_id).order_by("organisation__folded")
    return tuple(
        Seat(number, name, Rank(rank))
        for number, name, rank in rows.values_list("organisation_id", "organisation__name", "rank")
    )


def others_own(organisation: int, besides: int | None) -> bool:
    """Say whether others own an organisation; whose account is to close does not by then."""
    rows = Membership.objects.filter(
        organisation=organisation, rank=Rank.OWNER, user__is_active=True, user__closes_at=None
    )
    return (rows if besides is None else rows.exclude(user_id=besides)).exists()


def alone_in(user_id: int) -> tuple[str, ...]:
    """Return the names of the organisations that would have no owner without somebody."""
    return tuple(
        one.name
        for one in seats_of(user_id)
        if one.rank is Rank.OWNER and not others_own(one.organisation, user_id)
    )
