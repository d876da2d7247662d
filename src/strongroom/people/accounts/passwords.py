"""What a password must not be, besides stolen: something that everybody can read of its account."""

import unicodedata
from collections.abc import Iterable

LEAST = 12  # characters; NIST SP 800-63B-4, 3.1.1.2, asks for 15, or 8 beside a second factor
_OTHER = 8  # characters that must be left when a word is taken out
_WORD = 4  # characters that a word has at least to be looked for inside


def holds_only(password: str, words: Iterable[str]) -> bool:
    """Say whether a password is one of the words, or one with little around it.

    Letters count regardless of case, and signs do not count.
    """
    text = _plain(password)
    for word in filter(None, map(_plain, words)):
        if text == word:
            return True
        if len(word) >= _WORD and word in text and len(text.replace(word, "")) < _OTHER:
            return True
    return False


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
