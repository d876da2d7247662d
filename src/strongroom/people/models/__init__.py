"""The rows of people, one module for each subject; no behaviour beyond what a row must be.

What is done with them lives in the rooms above, never here.
"""

from strongroom.people.models.identity import (
    CompanyGrant,
    CompanyIdentity,
    DirectoryEntry,
    MailDomain,
    ProvedAddress,
)
from strongroom.people.models.invitations import Invitation, Offer
from strongroom.people.models.notices import Case, Letter, Notice
from strongroom.people.models.organisations import (
    Holding,
    Membership,
    Organisation,
    Team,
    TeamGrant,
    TeamMember,
)
from strongroom.people.models.oversight import Prohibition, Proposal, Recovery, Switch
from strongroom.people.models.publishers import (
    Publisher,
    PublisherToken,
    TokenBeside,
    TokenPublisher,
    UsedStatement,
)
from strongroom.people.models.roles import Grant
from strongroom.people.models.tokens import SpentToken, Token
from strongroom.people.models.users import BrowserSession, Counter, Device, SignInLink, User

__all__ = (
    "BrowserSession",
    "Case",
    "CompanyGrant",
    "CompanyIdentity",
    "Counter",
    "Device",
    "DirectoryEntry",
    "Grant",
    "Holding",
    "Invitation",
    "Letter",
    "MailDomain",
    "Membership",
    "Notice",
    "Offer",
    "Organisation",
    "Prohibition",
    "Proposal",
    "ProvedAddress",
    "Publisher",
    "PublisherToken",
    "Recovery",
    "SignInLink",
    "SpentToken",
    "Switch",
    "Team",
    "TeamGrant",
    "TeamMember",
    "Token",
    "TokenBeside",
    "TokenPublisher",
    "UsedStatement",
    "User",
)
