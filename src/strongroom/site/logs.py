"""Structured logs: one line for each record, as text or JSON, and never a secret in any of them.

1. Every line passes one formatter, which reads the finished text: message, arguments and traceback
   alike. Tokens, Authorization and Cookie headers, session values, passwords and the secrets of
   sign-in links leave it as `[redacted]`.
2. A record is one line. Line ends, terminal codes and letters that change the direction of text
   are escaped, so that nothing that a client sends can pass for another record.
3. Addresses are logged without their query, and without the secret that follows one of
   `SECRET_ADDRESSES`.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from gunicorn.config import Config  # type: ignore[import-untyped] # no stubs
from gunicorn.glogging import Logger  # type: ignore[import-untyped] # no stubs

HIDDEN = "[redacted]"
SECRET_ADDRESSES = (
    "account/device",
    "account/password/reset/key",
    "claim",
    "not-me",
    "sign-in",
    "staged",
    "upload/files",
)
"""After these, a path holds a secret."""

ACCESS = logging.getLogger("strongroom.access")
_FACTS = "strongroom_facts"
_TOGETHER = "strongroom_accesses"
_ACCESSED = "%(method)s %(path)s %(status)d %(sent)dB %(milliseconds)dms %(actor)s %(request_id)s"

_QUOTED = r"""'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*\""""
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Headers as text, as items of a dict or as pairs, by any of the names that they go by.
    (
        re.compile(
            r"""((?:authorization|cookie)\\*['"]?\s*(?:[:=]|(?<=['"]),)\s*b?)"""
            rf"(?:{_QUOTED}|[^\r\n]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    # Credentials without the name of their header; `__token__:` and more in base64.
    (re.compile(r"\b(basic|bearer)\s+[\w+/=.~-]{20,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"X190b2tlbl9f[\w+/=-]+"), HIDDEN),
    # Tokens, even those that are cut off or glued to a word.
    (re.compile(r"strongroom_[a-z]{1,8}_[0-9A-Za-z]{12,}"), f"strongroom_{HIDDEN}"),
    (
        re.compile(rf"(/(?:{'|'.join(SECRET_ADDRESSES)})/)[^\s/?#'\"<>]+"),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"""((?:strongroom_session|strongroom_device_\d+|sessionid|csrftoken"""
            r"""|csrfmiddlewaretoken|passphrase|password\d?|secret|totp|otp)['"]?\s*[:=]\s*[\[b]?)"""
            rf"(?:{_QUOTED}|[^\s;&,'\")}}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    # Codes by time, recovery codes, and codes that were mailed, as a form names them.
    (
        re.compile(r"""(\bcode['"]?\s*[:=]\s*[\[b]?['"]?)[0-9A-Z][0-9A-Z -]{4,}[0-9A-Z]"""),
        rf"\1{HIDDEN}",
    ),
    # 256 random bits as the links spell them: 43 letters of base64url, no digest in hexadecimal.
    (
        re.compile(r"(?<![\w/+-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[0-9A-Za-z_-]{43}(?![\w/+=-])"),
        HIDDEN,
    ),
)


@dataclass(frozen=True, slots=True)
class Access:
    """One request that was answered; `path` may still carry its query, which is not logged."""

    method: str
    path: str
    status: int
    sent: int  # bytes of the body
    milliseconds: int
    actor: str
    request_id: str


def configure(log_format: str, level: str, stream: TextIO | None = None) -> None:
    """Send all logs, and nothing but what is safe to keep, to one stream (standard error).

    `log_format` is `text` or `json`, `level` one of `debug`, `info`, `warning`, `error`.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)


def accessed(access: Access) -> None:
    """Log one request."""
    facts = _facts(access)
    facts["path"] = access.path.partition("?")[0]
    ACCESS.info(_ACCESSED, facts, extra={_FACTS: facts})


def accessed_together(accesses: Sequence[Access]) -> None:
    """Log requests in one write, a line for each; the paths have come through `plain_path`."""
    ACCESS.info("%d requests", len(accesses), extra={_TOGETHER: accesses})


def plain_path(path: str) -> str:
    """Return a path without its query as any line may show it: redacted, on one line."""
    return one_line(redacted(path.partition("?")[0]))


def redacted(text: str) -> str:
    """Return a text without the secrets in it."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def one_line(text: str) -> str:
    """Return a text with everything escaped that is not a printable letter."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii")


class TextLines(logging.Formatter):
    """Formats records for people: moment, level, logger, message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, or one for each request of a batch."""
        together: Sequence[Access] | None = getattr(record, _TOGETHER, None)
        if together is not None:
            start = f"{_moment(record)} {record.levelname.lower()} {record.name}: "
            return "\n".join(start + _ACCESSED % _facts(access) for access in together)
        told = " ".join(part for part in (_message(record), _traceback(self, record)) if part)
        line = f"{_moment(record)} {record.levelname.lower()} {record.name}: {told}"
        return one_line(line)


class JsonLines(logging.Formatter):
    """Formats records for programs: one JSON object each, ASCII only."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, or one for each request of a batch."""
        together: Sequence[Access] | None = getattr(record, _TOGETHER, None)
        if together is not None:
            return "\n".join(json.dumps(_told_of(record, access)) for access in together)
        told = _told(record, _message(record))
        facts = getattr(record, _FACTS, None)
        if isinstance(facts, Mapping):
            told |= {name: _safe(value) for name, value in facts.items()}
        traceback = _traceback(self, record)
        if traceback:
            told["traceback"] = traceback
        return json.dumps(told)


def _facts(access: Access) -> dict[str, object]:
    # Written out: `asdict` copies deeply, which costs more than all the rest of a line.
    return {
        "method": access.method,
        "path": access.path,
        "status": access.status,
        "sent": access.sent,
        "milliseconds": access.milliseconds,
        "actor": access.actor,
        "request_id": access.request_id,
    }


def _told(record: logging.LogRecord, message: str) -> dict[str, object]:
    return {
        "at": _moment(record),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": message,
    }


def _told_of(record: logging.LogRecord, access: Access) -> dict[str, object]:
    facts = _facts(access)
    return _told(record, _ACCESSED % facts) | facts


def _moment(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):
        # A record whose arguments do not fit would otherwise be lost, traceback and all.
        message = f"{record.msg} {record.args!r}"
    return redacted(message)


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    told = formatter.formatException(record.exc_info) if record.exc_info else ""
    if record.stack_info:
        told = f"{told}\n{record.stack_info}".strip()
    return redacted(told)


def _safe(value: object) -> object:
    return redacted(value) if isinstance(value, str) else value


class ServerLog(Logger):  # type: ignore[misc] # gunicorn is not typed
    """The web server's own log, sent the way of all others instead of past the formatter."""

    def setup(self, cfg: Config) -> None:
        """Open no stream of its own: an error there names the whole address of the request."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers[:] = []
            log.propagate = True
        # Requests are logged by `accessed`; the server's own lines carry whole addresses.
        self.access_log.disabled = True
