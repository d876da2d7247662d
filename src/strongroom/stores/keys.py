"""The master key: made once, kept in one file outside the database, never handed out itself.

1. Every key in use is derived from the master key for one purpose (HKDF-SHA256, RFC 5869), so that
   no two uses share a key and none of them leads back to the master.
2. The folder is 0700 and the file 0600; anything wider is refused at every start.
3. The file appears whole or not at all: it is written aside, fsynced and linked into place, and a
   link never replaces a file that is there.
4. With a passphrase the key is sealed by scrypt (RFC 7914) and AES-256-GCM (NIST SP 800-38D).
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from strongroom.core.errors import ConfigurationError
from strongroom.stores.folders import fsync_folder

FILE = "master.json"
PLAIN = "strongroom-key-1"
SEALED = "strongroom-sealed-key-1"  # scrypt N=2^15 r=8 p=3, AES-256-GCM
KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
CHECK_DIGITS = 16
LARGEST_FILE = 4096
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one data folder; `is_encrypted` says whether the file needs a passphrase."""

    master: bytes = field(repr=False)
    is_encrypted: bool

    def key(self, purpose: str) -> bytes:
        """Return the 32 bytes that belong to one purpose, the same at every start."""
        info = b"strongroom key: " + purpose.encode()
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(self.master)


def create_keys(folder: Path, passphrase: str | None, entropy: Callable[[int], bytes]) -> Keys:
    """Make the folder and its key file unless they are there, and open them; never overwrites."""
    try:
        _make_folder(folder)
        if not (folder / FILE).exists():
            _place(folder / FILE, _envelope(passphrase, entropy), entropy(8).hex())
    except OSError as error:
        raise ConfigurationError(
            "keys-unwritable",
            f"The folder of keys cannot be written: {error.strerror}.",
            f"Let the account that runs the registry write {folder}.",
        ) from error
    return open_keys(folder, passphrase)


def open_keys(folder: Path, passphrase: str | None) -> Keys:
    """Read the key file; raises ConfigurationError where it is missing, open, damaged or locked."""
    envelope = _parsed(_read(folder))
    if envelope.get("format") == PLAIN:
        return _opened_plain(envelope, passphrase)
    if envelope.get("format") == SEALED:
        return _opened_sealed(envelope, passphrase)
    raise _damaged("it has a format that this version does not know")


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fsync_folder(folder.parent)


def _place(path: Path, content: bytes, suffix: str) -> None:
    aside = path.with_name(f".{path.name}.{suffix}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Two processes may start at once: the second link fails, and the first key is everybody's.
        with suppress(FileExistsError):
            path.hardlink_to(aside)
    finally:
        aside.unlink()
    fsync_folder(path.parent)


def _envelope(passphrase: str | None, entropy: Callable[[int], bytes]) -> bytes:
    master = entropy(KEY_BYTES)
    if passphrase is None:
        envelope = {"format": PLAIN, "key": _to_text(master), "check": _check(master)}
    else:
        salt, nonce = entropy(SALT_BYTES), entropy(NONCE_BYTES)
        sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, master, SEALED.encode())
        envelope = {
            "format": SEALED,
            "salt": _to_text(salt),
            "nonce": _to_text(nonce),
            "sealed": _to_text(sealed),
        }
    return json.dumps(envelope, indent=2).encode() + b"\n"


def _read(folder: Path) -> bytes:
    try:
        _refuse_open(folder, folder.stat().st_mode)
        with (folder / FILE).open("rb") as file:
            # Asked of the open file, so that it cannot be exchanged in between.
            _refuse_open(folder / FILE, os.fstat(file.fileno()).st_mode)
            return file.read(LARGEST_FILE)
    except FileNotFoundError:
        raise ConfigurationError(
            "keys-missing",
            f"There is no key file in {folder}.",
            "Run `strongroom init` for a new data folder; restore the file for an old one.",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            "keys-unreadable",
            f"The key file in {folder} cannot be read: {error.strerror}.",
            "Let the account that runs the registry, and no other, read it.",
        ) from error


def _refuse_open(path: Path, mode: int) -> None:
    if mode & OPEN_TO_OTHERS:
        right = "700" if stat.S_ISDIR(mode) else "600"
        raise ConfigurationError(
            "keys-open",
            f"{path} can be reached by other accounts of this machine.",
            f"Run `chmod {right} {path}`, and think of the key as leaked if they are not trusted.",
        )


def _parsed(content: bytes) -> Mapping[str, object]:
    try:
        envelope = json.loads(content)
    except (ValueError, RecursionError):
        raise _damaged("it is not whole") from None
    if not isinstance(envelope, dict):
        raise _damaged("it is not an object")
    return envelope


def _opened_plain(envelope: Mapping[str, object], passphrase: str | None) -> Keys:
    if passphrase is not None:
        # Accepting it in silence would let the operator believe that the file is sealed.
        raise ConfigurationError(
            "keys-not-encrypted",
            "A passphrase is set, but the key file was made without one.",
            "Unset the passphrase, or set it before the first start of a new data folder.",
        )
    master = _from_text(envelope, "key", KEY_BYTES)
    if envelope.get("check") != _check(master):
        raise _damaged("the key and its check differ")
    return Keys(master, is_encrypted=False)


def _opened_sealed(envelope: Mapping[str, object], passphrase: str | None) -> Keys:
    if passphrase is None:
        raise ConfigurationError(
            "keys-passphrase-missing",
            "The key file is encrypted, and no passphrase is set.",
            "Set STRONGROOM_KEY_PASSPHRASE.",
        )
    salt = _from_text(envelope, "salt", SALT_BYTES)
    nonce = _from_text(envelope, "nonce", NONCE_BYTES)
    sealed = _from_text(envelope, "sealed", KEY_BYTES + 16)
    try:
        master = AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, SEALED.encode())
    except InvalidTag:
        raise ConfigurationError(
            "keys-passphrase-wrong",
            "The passphrase does not open the key file, or the file was altered.",
            "Check STRONGROOM_KEY_PASSPHRASE; if it is right, restore the file from a backup.",
        ) from None
    return Keys(master, is_encrypted=True)


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=2**15, r=8, p=3).derive(passphrase.encode())


def _check(master: bytes) -> str:
    # Finds a key that was cut or mistyped when restored; says nothing useful of 32 random bytes.
    return hashlib.sha256(b"strongroom key check: " + master).hexdigest()[:CHECK_DIGITS]


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_text(envelope: Mapping[str, object], name: str, size: int) -> bytes:
    try:
        data = base64.b64decode(str(envelope.get(name)), validate=True)
    except ValueError:
        data = b""
    if len(data) != size:
        raise _damaged(f"its field {name} is not {size} bytes long")
    return data


def _damaged(why: str) -> ConfigurationError:
    return ConfigurationError(
        "keys-damaged",
        f"The key file is damaged: {why}.",
        "Restore it from a backup; with a new key every token and session stops working.",
    )
