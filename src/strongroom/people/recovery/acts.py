"""Recovery, done: asked for, stopped, approved, carried out; each with its event and its letters.

Whoever asks has proved one factor: the password, or that they read the primary address. What an
account can do afterwards begins with its primary address alone, so without one that is verified
there is no way. The rows are locked in one order: the account, then its recovery.
"""

from collections.abc import Mapping
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from strongroom.core.actors import OPERATOR, REGISTRY, Actor
from strongroom.core.errors import ConflictError, ForbiddenError, NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.people.access.rules import confirmed, oversee
from strongroom.people.accounts.links import create_link
from strongroom.people.accounts.users import ACCOUNTS
from strongroom.people.models import BrowserSession, Grant, Recovery, SignInLink, Token, User
from strongroom.people.recovery import letters, rules
from strongroom.people.recovery.links import to_stop
from strongroom.people.recovery.office import ENROL_FOR, Office
from strongroom.people.recovery.rules import Standing, State
from strongroom.people.tokens.minting import revocation
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn


def primary_of(user: User) -> str:
    """Return the primary address of an open account if it is verified; raises ForbiddenError."""
    row = EmailAddress.objects.filter(user=user, primary=True, verified=True).first()
    if row is None or not user.is_active:
        raise ForbiddenError(
            "recovery-unreachable",
            "Without a verified primary address there is no recovery.",
            "Verify it first, or ask the operator of this registry.",
        )
    return str(row.email)


def ask(office: Office, user: User, by: Actor) -> Recovery:
    """Ask for a recovery; returns the one that is open, if there is one."""
    return _begin(office, user, by, {}, None)


def break_glass(office: Office, user: User, reason: str, *, at_once: bool) -> Recovery:
    """Begin a recovery at the machine's own shell; with `at_once` it is also done.

    It needs no approvals, and every administrator is told. An open one becomes the operator's.
    """
    facts = {"reason": reason, "delay_skipped": at_once}
    with transaction.atomic():
        take_turn(ACCOUNTS)
        row = _begin(office, user, OPERATOR, facts, timedelta(0) if at_once else None)
        if at_once:
            _finish(office, row, OPERATOR)
    return row


def approve(office: Office, actor: Actor, number: int) -> Recovery:
    """Agree to a recovery; the second who does carries it out."""
    oversee(actor)
    if actor.user_id is None:
        raise ForbiddenError(
            "person-needed",
            "A recovery is approved by people who are signed in.",
            "At the machine itself there is `strongroom user recover`.",
        )
    now = office.clock.now()
    confirmed(actor, now)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        row = _held(number)
        administrators = _administrators()
        after = rules.approved(_standing(row), actor.user_id, administrators, now)
        row.approvals = sorted(after.approvals)
        row.save(update_fields=["approvals"])
        if rules.is_due(after, administrators, now):
            _finish(office, row, actor)
        else:
            record(_event(Kind.RECOVERY_APPROVED, row, actor, {}), office.clock)
    return row


def stop(office: Office, number: int, by: Actor) -> None:
    """Stop a recovery; raises ConflictError where it has ended."""
    with transaction.atomic():
        row = _held(number)
        _stop(office, row, by)


def stop_of(office: Office, user: User, by: Actor) -> bool:
    """Stop the open recovery of an account, whose owner has shown a factor; says if there was."""
    number = Recovery.objects.filter(user=user, state=State.OPEN).values_list("pk").first()
    if number is None:
        return False
    with transaction.atomic():
        row = _held(number[0])
        if row.state != State.OPEN:
            return False
        _stop(office, row, by)
    return True


def tend(office: Office) -> int:
    """Write the letters that are due today, and carry out what the operator began; counts both."""
    now, count = office.clock.now(), 0
    rows = Recovery.objects.filter(state=State.OPEN).order_by("pk").values_list("pk", flat=True)
    for number in list(rows):
        with transaction.atomic():
            take_turn(ACCOUNTS)
            row = _held(number)
            if row.by_operator and rules.is_due(_standing(row), frozenset(), now):
                _finish_or_stop(office, row)
                count += 1
            elif row.state == State.OPEN and now - row.told_at >= rules.TOLD_EVERY:
                Recovery.objects.filter(pk=row.pk).update(told_at=now)
                _tell_owner(office, row)
                count += 1
    return count


def listed(actor: Actor) -> tuple[Recovery, ...]:
    """Return the open recoveries, the oldest first."""
    oversee(actor)
    rows = Recovery.objects.select_related("user").filter(state=State.OPEN)
    return tuple(rows.order_by("asked_at", "pk"))


def find(number: int) -> Recovery:
    """Return a recovery with its account; raises NotFoundError."""
    row = Recovery.objects.select_related("user").filter(pk=number).first()
    if row is None:
        raise NotFoundError("no-such-recovery", f"There is no recovery {number}.")
    return row


def _begin(
    office: Office, user: User, by: Actor, facts: Mapping[str, object], wait: timedelta | None
) -> Recovery:
    now = office.clock.now()
    by_operator = by == OPERATOR
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        primary_of(user)
        if not Authenticator.objects.filter(user=user).exists():
            raise ConflictError(
                "recovery-not-needed",
                f"{user.username} has no second factor that could be lost.",
                "Sign in and add one under Account, Security.",
            )
        critical = office.critical(user.pk)
        delay = rules.waits(office.recovery_delay, critical=bool(critical) or user.admin)
        ripe_at = now + (delay if wait is None else wait)
        row = Recovery.objects.filter(user=user, state=State.OPEN).first()
        if row is not None and not by_operator:
            return row
        if row is None:
            row = Recovery(user=user, asked_at=now, ripe_at=ripe_at, state=State.OPEN)
        row.ripe_at, row.by_operator, row.told_at = min(row.ripe_at, ripe_at), by_operator, now
        row.save()
        _tell_owner(office, row)
        policy = office.url + letters.POLICY
        for one in critical:
            others = Grant.objects.filter(ecosystem=one.ecosystem, project=one.key)
            told = others.exclude(user=user).values_list("user_id", flat=True)
            office.tell(told, *letters.shared(user.username, row.ripe_at, one.key, policy))
        if by_operator:
            reason = str(facts.get("reason", ""))
            told_all = letters.broken(user.username, reason, row.ripe_at)
            office.tell(sorted(_administrators()), *told_all)
        more = {**facts, "ripe_at": row.ripe_at.isoformat(), "critical": bool(critical)}
        record(_event(Kind.RECOVERY_ASKED, row, by, more), office.clock)
    return row


def _finish(office: Office, row: Recovery, by: Actor) -> None:
    """Remove the factors, end sessions and tokens, and mail the link; in the caller's transaction.

    The password goes too: whoever asked by it alone must read the primary address now.
    """
    now, user = office.clock.now(), row.user
    after = rules.done(_standing(row), _administrators(), now)
    primary = primary_of(user)
    row.state, row.ended_at = after.state, now
    row.save(update_fields=["state", "ended_at"])
    Authenticator.objects.filter(user=user).delete()
    BrowserSession.objects.filter(user=user).delete()
    SignInLink.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    tokens = list(Token.objects.select_related("user").filter(user=user, revoked_at=None))
    Token.objects.filter(pk__in=[one.pk for one in tokens]).update(revoked_at=now)
    secret = office.secret()
    subject, text = letters.enrolling(user.username, f"{office.url}/sign-in/{secret}")
    office.tell_one(primary, subject, text)
    office.tell([user.pk], *letters.removed(user.username))
    create_link(user, by, office.clock, lambda: secret, ENROL_FOR)
    for token in tokens:
        record(revocation(token, by), office.clock)
    facts = {"approvals": len(row.approvals), "by_operator": row.by_operator}
    record(_event(Kind.RECOVERY_DONE, row, by, facts), office.clock)


def _finish_or_stop(office: Office, row: Recovery) -> None:
    try:
        primary_of(row.user)
    except ForbiddenError:
        _stop(office, row, REGISTRY)  # the address has lapsed while it waited
    else:
        _finish(office, row, REGISTRY)


def _stop(office: Office, row: Recovery, by: Actor) -> None:
    row.state = rules.cancelled(_standing(row)).state
    row.ended_at = office.clock.now()
    row.save(update_fields=["state", "ended_at"])
    office.tell([row.user_id], *letters.stopped(row.user.username))
    record(_event(Kind.RECOVERY_CANCELLED, row, by, {}), office.clock)


def _tell_owner(office: Office, row: Recovery) -> None:
    stopping = f"{office.url}{letters.STOP}{to_stop(office.key, row.pk)}/"
    policy = office.url + letters.POLICY
    told = letters.waiting(row.user.username, row.ripe_at, stopping, policy)
    office.tell([row.user_id], *told)


def _held(number: int) -> Recovery:
    """Return a recovery, locked together with its account, whose sign-ins wait meanwhile."""
    found = find(number)
    User.objects.select_for_update(no_key=True).get(pk=found.user_id)
    return (
        Recovery.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .get(pk=number)
    )


def _standing(row: Recovery) -> Standing:
    return Standing(
        user_id=row.user_id,
        asked_at=row.asked_at,
        ripe_at=row.ripe_at,
        by_operator=row.by_operator,
        approvals=frozenset(row.approvals),
        state=State(row.state),
    )


def _administrators() -> frozenset[int]:
    rows = User.objects.filter(admin=True, is_active=True)
    return frozenset(rows.values_list("pk", flat=True))


def _event(kind: Kind, row: Recovery, by: Actor, facts: Mapping[str, object]) -> Event:
    known = {"recovery": row.pk, "user": row.user.username}
    return Event(kind, by.name, by.credential, facts={**known, **facts})
