"""Whether tokens lie where they should not: in the environment, settings, logs, images, backups.

A token in a layer of an image let anybody into an index for sixteen months, until 2024. Found ones
are told by their place and never shown.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from strongroom.people.tokens.secrets import tokens_in
from strongroom.site.configuration import Configuration
from strongroom.site.databases import SQLITE_FILE
from strongroom.site.doctor.remarks import Remark, error, warning, well

BLOCK = 1024 * 1024  # bytes
SHOWN = 5  # places that are named
# Published bytes and what is made of them: an upload that holds a token is refused. The database
# is left out too: its rows hold none.
PUBLISHED = frozenset({"blobs", "public"})


def examine(
    configuration: Configuration, environ: Mapping[str, str], folders: Iterable[Path]
) -> Iterator[Remark]:
    """Look at the environment, the data folder, and further folders such as backups."""
    places = [f"the variable {name}" for name, text in environ.items() if _has(text)]
    unread: list[Path] = []
    places += _in_folder(configuration.data, unread)
    for folder in folders:
        places += _in_folder(folder, unread)
    if places:
        more = f" and {len(places) - SHOWN} other places" if len(places) > SHOWN else ""
        yield error(
            "tokens",
            f"A token of a registry is in {', '.join(places[:SHOWN])}{more}.",
            "End it by `strongroom token leaked` with that file as input, and remove it.",
        )
    elif unread:
        yield warning(
            "tokens",
            f"{unread[0]} and perhaps others cannot be read, so nobody knows what is in them.",
            "Run this as the account that runs the registry.",
        )
    else:
        yield well("tokens", "No token lies in the environment, the data folder or a backup.")
    yield _reporters(configuration)


def _has(text: str) -> bool:
    return next(tokens_in([os.fsencode(text)]), None) is not None


def _in_folder(folder: Path, unread: list[Path]) -> Iterator[str]:
    for where, folders, files in os.walk(folder, onerror=lambda _: unread.append(folder)):
        folders[:] = sorted(set(folders) - PUBLISHED)
        for name in sorted(files):
            path = Path(where, name)
            if SQLITE_FILE not in name and path.is_file() and _holds_one(path, unread):
                yield str(path)


def _holds_one(path: Path, unread: list[Path]) -> bool:
    try:
        with path.open("rb") as file:
            return next(tokens_in(iter(lambda: file.read(BLOCK), b"")), None) is not None
    except OSError:
        unread.append(path)
        return False


def _reporters(configuration: Configuration) -> Remark:
    taken = [
        *(["GitHub"] if configuration.leaks_github_keys else []),
        *(["a GitLab instance"] if configuration.leaks_gitlab_secret_file else []),
        *(word.partition("=")[0] for word in configuration.leaks_reporters),
    ]
    if not taken:
        return well("reports of leaked tokens", "Nobody's are taken: no setting names anybody.")
    return well("reports of leaked tokens", f"Those of {', '.join(taken)} are taken.")
