"""The closed list of reasons why an archive is refused, each with its remedy.

Every refusal of this package is an `InvalidError` made by `refused`, so `Code` is the whole list.
"""

from enum import StrEnum

from strongroom.core.errors import InvalidError

SHOWN_NAME = 60  # characters of a member's name that a sentence repeats


class Code(StrEnum):
    """What can be wrong with an archive."""

    # any archive: its bytes
    TRUNCATED = "archive-truncated"
    CORRUPT = "archive-corrupt"
    COMPRESSED_LEFTOVER = "archive-compressed-leftover"
    TRAILING_BYTES = "archive-trailing-bytes"
    TWO_KINDS = "archive-two-kinds"
    # any archive: its amounts
    TOO_MANY_MEMBERS = "archive-too-many-members"
    NAMES_TOO_LONG = "archive-names-too-long"
    MEMBER_TOO_LARGE = "archive-member-too-large"
    TOO_LARGE = "archive-too-large"
    RATIO = "archive-ratio"
    # any archive: the name of a member
    PATH_ENCODING = "archive-path-encoding"
    PATH_CHARACTERS = "archive-path-characters"
    PATH_BACKSLASH = "archive-path-backslash"
    PATH_COLON = "archive-path-colon"
    PATH_ABSOLUTE = "archive-path-absolute"
    PATH_CLIMBS = "archive-path-climbs"
    PATH_SEGMENT = "archive-path-segment"
    PATH_WINDOWS = "archive-path-windows"
    PATH_TOO_LONG = "archive-path-too-long"
    PATH_TOO_DEEP = "archive-path-too-deep"
    # any archive: its members together
    DUPLICATE = "archive-duplicate-member"
    COLLISION = "archive-colliding-members"
    FILE_AND_FOLDER = "archive-file-and-folder"
    FOLDER_CONTENT = "archive-folder-content"
    LINK = "archive-link"
    SPECIAL_FILE = "archive-special-file"
    NO_SUCH_MEMBER = "archive-no-such-member"
    # zip
    NOT_ZIP = "archive-not-zip"
    COMMENT = "archive-comment"
    MULTI_DISK = "archive-multi-disk"
    MEMBER_COUNT = "archive-member-count"
    LAYOUT = "archive-layout"
    HEADERS_DISAGREE = "archive-headers-disagree"
    ZIP64 = "archive-zip64"
    EXTRA_FIELD = "archive-extra-field"
    UNICODE_PATH = "archive-unicode-path"
    ENCRYPTED = "archive-encrypted"
    DATA_DESCRIPTOR = "archive-data-descriptor"
    FLAGS = "archive-flags"
    METHOD = "archive-compression-method"
    SIZE = "archive-size-mismatch"
    CHECKSUM = "archive-checksum"
    # tar
    NOT_TAR_GZ = "archive-not-tar-gz"
    HEADER = "archive-tar-header"
    PAX = "archive-pax-record"
    NAMES_DISAGREE = "archive-names-disagree"
    SPARSE = "archive-sparse-member"
    PADDING = "archive-padding"


REBUILD = "Build the file again with a current build tool and upload exactly what it made."
SHRINK = "Ship less in one file: leave large data out, or split the project."
RENAME = "Rename the member in your source tree and build again."
SEND_AGAIN = "Check that the file was copied whole, then build or send it again."

_REMEDIES = {
    Code.TRUNCATED: SEND_AGAIN,
    Code.CORRUPT: SEND_AGAIN,
    Code.CHECKSUM: SEND_AGAIN,
    Code.TOO_MANY_MEMBERS: SHRINK,
    Code.NAMES_TOO_LONG: SHRINK,
    Code.MEMBER_TOO_LARGE: SHRINK,
    Code.TOO_LARGE: SHRINK,
    Code.RATIO: "Leave long runs of the same byte out of the archive; make them when needed.",
    Code.PATH_CHARACTERS: RENAME,
    Code.PATH_BACKSLASH: RENAME,
    Code.PATH_COLON: RENAME,
    Code.PATH_WINDOWS: RENAME,
    Code.PATH_TOO_LONG: RENAME,
    Code.PATH_TOO_DEEP: RENAME,
    Code.COLLISION: RENAME,
    Code.LINK: "Replace the link by a copy of the file that it points to and build again.",
    Code.SPECIAL_FILE: "Leave everything but regular files and folders out and build again.",
    Code.METHOD: "Pack the file with deflate, or without compression.",
    Code.SPARSE: "Pack the file with tar's option for sparse files turned off.",
}


def refused(code: Code, sentence: str) -> InvalidError:
    """Return the error for a code, with the sentence for this case and the code's remedy."""
    return InvalidError(code.value, sentence, _REMEDIES.get(code, REBUILD))


def shown(name: str | bytes) -> str:
    """Return a member's name as one short line of printable ASCII, in quotes."""
    text = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
    cut = text if len(text) <= SHOWN_NAME else f"{text[:SHOWN_NAME]}..."
    return ascii(cut)
