"""Where everything is put together: the only place that knows all stores, ecosystems and doors."""

import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.metadata import version

from django.conf import settings

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock, SystemClock
from strongroom.core.errors import UnavailableError
from strongroom.ecosystems.pypi.knowledge import PyPI
from strongroom.packages.catalog import quotas
from strongroom.packages.catalog.criticality import Bounds
from strongroom.packages.catalog.demands import critical_of
from strongroom.packages.catalog.desk import Desk, Limits, Policy
from strongroom.packages.catalog.downloads import add
from strongroom.packages.catalog.orphans import entrust
from strongroom.packages.catalog.retention import Rules
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.shelf.refresh import Shelf, damaged_count, unshelved_count
from strongroom.packages.staging.yard import Yard
from strongroom.packages.upkeep.premises import Premises
from strongroom.people.accounts import letters
from strongroom.people.accounts.letters import Postman
from strongroom.people.leaks.acts import Tell
from strongroom.people.leaks.intake import Intake
from strongroom.people.oversight import accounts, names
from strongroom.people.oversight.directory import Directory
from strongroom.people.oversight.proposals import CarryOut, Kind
from strongroom.people.publishers.configured import providers
from strongroom.people.publishers.exchange import Exchange
from strongroom.people.recovery.office import Office
from strongroom.people.tokens.authenticate import authenticate, recognise
from strongroom.people.tokens.lifetimes import Lifetimes
from strongroom.people.tokens.minting import Mint
from strongroom.proof.ledger.events import last_serial
from strongroom.proof.ledger.sequencer import lag
from strongroom.safety.checks.secrets import own_tokens
from strongroom.site.advisory import AdvisoryLocks
from strongroom.site.company import directory, terms
from strongroom.site.configuration import Configuration
from strongroom.site.downloads import Seen
from strongroom.site.jobs.board import counts
from strongroom.site.leaks import intake
from strongroom.site.metrics import Gauges, Metrics
from strongroom.site.publishers import exchange
from strongroom.site.reactions import Reactions
from strongroom.site.storage import storage
from strongroom.stores.addresses import networks
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.breaches import ANYWHERE, Stolen, stolen
from strongroom.stores.keys import Keys
from strongroom.stores.locks import FolderLocks, Locks, Still
from strongroom.stores.mail import Post, server
from strongroom.stores.outside import Outside
from strongroom.stores.seals import Seal
from strongroom.stores.signatures import Signer
from strongroom.web.accounts.company import Terms
from strongroom.web.accounts.telling import Teller
from strongroom.web.press import Press
from strongroom.web.shelf import FrontPages, project_pages

FACTOR = "factor"  # what the seal of second factors is about
STARTUP_CODE = "wheel-runs-at-start"


@dataclass(frozen=True, slots=True)
class House:
    """The registry, assembled."""

    configuration: Configuration
    clock: Clock
    blobs: Blobs
    desk: Desk
    shelf: Shelf
    reactions: Reactions
    authenticate: Callable[[str, str], Actor]
    recognise: Callable[[str, str], None]
    yard: Yard
    metrics: Metrics
    downloads: Seen
    post: Post
    letters: Seal  # of letters that wait
    factors: Seal  # of what second factors share with their owners
    press: Press
    disavowing: bytes = field(repr=False)  # the key of links that say "this was not me"
    stolen: Stolen  # was this password stolen elsewhere?
    recovery: bytes = field(repr=False)  # the key of the links of recovery
    herald: Herald  # what webhooks need
    company: Terms | None  # on which people of a company sign in
    exchange: Exchange = field(repr=False)  # what trusted publishers get tokens by
    leaks: Intake  # of reports of leaked tokens
    mint: Mint
    directory: Directory | None  # which says who has left it

    def seal_factor(self, secret: str) -> str:
        """Return the form in which the secret of a second factor rests in the database."""
        return self.factors.close(secret, FACTOR)

    @property
    def bounds(self) -> Bounds:
        """Return from where on projects are critical."""
        read = self.configuration
        grace = timedelta(days=read.critical_grace_days)
        return Bounds(read.critical_share, read.critical_dependents, grace)

    @property
    def office(self) -> Office:
        """Return the means of recovery and of administration."""
        read = self.configuration
        return Office(
            clock=self.clock,
            write=lambda letter: letters.write(letter, self.letters, self.clock.now()),
            secret=lambda: secrets.token_urlsafe(32),
            key=self.recovery,
            url=read.url,
            site=read.site_name,
            recovery_delay=timedelta(hours=read.recovery_delay_hours),
            dangerous_delay=timedelta(minutes=read.dangerous_delay_minutes),
            critical=critical_of,
        )

    @property
    def dangerous(self) -> Mapping[Kind, CarryOut]:
        """Return how each dangerous act is carried out that two have confirmed."""
        return {
            Kind.MAKE_ADMINISTRATOR: accounts.confirmed_administrator,
            Kind.CLOSE_ACCOUNT: accounts.confirmed_close,
            Kind.ALLOW_NAME: names.confirmed_allow,
            Kind.TRANSFER_PROJECT: lambda _, row, by: entrust(self.desk, row, by),
        }

    def open_factor(self, sealed: str) -> str:
        """Return the secret."""
        return self.factors.open(sealed, FACTOR)

    @property
    def postman(self) -> Postman:
        """Return how letters get out."""
        word = Teller(self.press, self.disavowing).word
        return Postman(self.post.send, (UnavailableError,), self.letters, word)

    def apart(self, folder: str) -> Locks:
        """Return locks between processes, apart from those of the shelf."""
        # In a database no two names share a lock; in a folder they may.
        if self.configuration.database:
            return self.shelf.locks
        return named_locks(self.configuration, folder)

    @property
    def premises(self) -> Premises:
        """Return what upkeep works on."""
        reactions = self.reactions
        return Premises(
            blobs=self.blobs,
            shelf=self.shelf,
            desk=self.desk,
            shared=reactions.shared_pages,
            put_shared=reactions.put_shared,
            alone=self.apart("upkeep"),
        )


def named_locks(configuration: Configuration, folder: str) -> Locks:
    """Return locks that hold wherever the registry's database is used.

    Locks of two folders never wait for each other: under one of each may be worked at once.
    """
    if configuration.database:
        return AdvisoryLocks()
    return FolderLocks(configuration.data / "run" / folder)


def preparing(configuration: Configuration) -> AbstractContextManager[Still]:
    """Hold the one lock of whoever makes a registry ready."""
    # Not among the locks of the shelf, which are taken meanwhile: its name might share a slot
    # with the name of a project, and wait for itself for ever.
    return named_locks(configuration, "preparation").held("prepare")


def build(configuration: Configuration, keys: Keys, clock: Clock) -> House:
    """Assemble the registry of a configuration."""
    data, stores = configuration.data, storage(configuration)
    pypi = PyPI(public_url=configuration.url)
    ecosystems = {pypi.id: pypi}
    shelf = Shelf(
        pages=stores.pages,
        locks=named_locks(configuration, "locks"),
        renderers=(project_pages(configuration.url, configuration.site_name),),
    )
    reactions = Reactions(shelf, ecosystems, FrontPages(configuration.url, configuration.site_name))
    desk = Desk(
        ecosystems=ecosystems,
        blobs=stores.blobs,
        clock=clock,
        checks=(own_tokens,),
        limits=Limits(
            max_file_bytes=configuration.max_file_bytes,
            release_open=timedelta(days=configuration.release_open_days),
            removable_for=timedelta(hours=configuration.removal_hours),
            quotas={
                quotas.PROJECT: configuration.max_project_bytes,
                quotas.USER: configuration.max_user_bytes,
            },
            retention=Rules(configuration.keep_prereleases, configuration.prerelease_days),
        ),
        react=reactions,
        policy=Policy({STARTUP_CODE: frozenset(configuration.startup_code_allowed)}),
        providers=providers(configuration.publishers),
    )
    yard = Yard(
        desk=desk,
        key=keys.key("stage previews"),
        entropy=secrets.token_bytes,
        life=timedelta(days=configuration.stage_days),
        settled=timedelta(days=configuration.approver_days),
        program=version("strongroom"),
    )
    master, agent = keys.key("tokens"), f"strongroom/{version('strongroom')}"

    def known(token: str, source: str) -> Actor:
        return authenticate(token, master=master, clock=clock, source=source)

    def worth(token: str, source: str) -> None:
        recognise(token, master=master, clock=clock, source=source)

    metrics = Metrics(
        configuration.run / "metrics",
        Gauges(
            events_serial=last_serial,
            unshelved_projects=unshelved_count,
            storage_free_bytes=lambda: shutil.disk_usage(data).free,
            damaged_files=lambda: damaged_count(shelf),
            events_without_position=lag,
            jobs=lambda: counts(clock.now()),
            letters=lambda: letters.counts(clock.now()),
        ),
    )
    return House(
        configuration,
        clock,
        stores.blobs,
        desk,
        shelf,
        reactions,
        known,
        worth,
        yard,
        metrics,
        Seen(lambda seen: add(seen, clock.now().date())),
        Post(configuration.sender, clock, server(configuration.mail), data / "mail"),
        Seal(keys.key("letters")),
        Seal(keys.key("second factors")),
        Press(configuration.url, configuration.site_name),
        keys.key("disavowal"),
        stolen(
            configuration.breached_passwords,
            Outside(agent, ANYWHERE),
        ),
        keys.key("recovery"),
        Herald(
            clock,
            Seal(keys.key("webhooks")),
            secrets.token_bytes,
            Outside(agent, networks(configuration.hook_networks)),
            configuration.hook_http,
            configuration.url,
            Signer(keys.key("change feed")),
        ),
        terms(configuration, desk),
        exchange(configuration, desk.providers, master, clock),
        intake(configuration, Tell(master, clock)),
        Mint(master, clock, secrets.token_bytes, _lifetimes(configuration)),
        directory(configuration),
    )


def _lifetimes(read: Configuration) -> Lifetimes:
    days = (read.token_days_at_most, read.token_unused_days)
    at_most, unused = (timedelta(days=one) if one else None for one in days)
    return Lifetimes(timedelta(days=read.token_days), at_most, unused)


@cache
def house() -> House:
    """Return the registry of this process."""
    return build(settings.CONFIGURATION, settings.KEYS, SystemClock())
