"""The options of an address in a setting: what stands in it after the question mark."""

from collections.abc import Collection
from urllib.parse import parse_qsl


def options_of(query: str, known: Collection[str]) -> dict[str, str]:
    """Read options by name; raises ValueError, whose words hold nothing of the address."""
    pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    options = dict(pairs)
    if len(options) != len(pairs) or not all(options.values()) or set(options) - set(known):
        message = "its options are repeated, empty or unknown"
        raise ValueError(message)
    return options
