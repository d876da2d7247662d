"""User names that an eye takes for one another, and those that speak for the registry itself.

An account named `cratesio` was once taken for its registry's own. So whoever signs up gets no name
that looks like an administrator's, like the product's, or like that of an office.
"""

from collections.abc import Iterable

_SEPARATORS = str.maketrans("", "", "._-")
_LOOKS_LIKE = str.maketrans("015", "ols")
_PAIRS = (("rn", "m"), ("vv", "w"), ("i", "l"))
OFFICES = frozenset(
    {
        "abuse",
        "admin",
        "administrator",
        "contact",
        "help",
        "helpdesk",
        "hostmaster",
        "info",
        "moderator",
        "official",
        "postmaster",
        "registry",
        "root",
        "security",
        "staff",
        "strongroom",
        "support",
        "sysadmin",
        "team",
        "webmaster",
    }
)


def likeness(name: str) -> str:
    """Return the form that two user names share when an eye may take one for the other."""
    form = name.lower().translate(_SEPARATORS).translate(_LOOKS_LIKE)
    for seen, meant in _PAIRS:
        form = form.replace(seen, meant)
    return form


def speaks_for(name: str, others: Iterable[str]) -> bool:
    """Say whether a name looks like that of an office, or like one of `others`."""
    return likeness(name) in {likeness(one) for one in (*OFFICES, *others)}
