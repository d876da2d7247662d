"""Step 1: the bytes stream to a nameless blob, hashed, counted and bounded on the way."""

from strongroom.core.errors import InvalidError, TooLargeError
from strongroom.packages.publishing.steps import Received, Upload
from strongroom.stores.blobs.protocol import Incoming


def too_large(at_most: int) -> TooLargeError:
    """Say that a file has more bytes than any may have."""
    return TooLargeError(
        "file-too-large",
        f"The file is larger than this registry's limit of {at_most} bytes.",
        "Publish a smaller file, or ask the operator to raise max_file_bytes.",
    )


class Bounded:
    """The incoming side of an upload: refuses the first block that exceeds the limit."""

    def __init__(self, incoming: Incoming, at_most: int) -> None:
        """Let `at_most` bytes pass to `incoming`."""
        self._incoming = incoming
        self._at_most = at_most

    def write(self, block: bytes) -> None:
        """Take the next block of the file; raises TooLargeError."""
        if self._incoming.size + len(block) > self._at_most:
            raise too_large(self._at_most)
        self._incoming.write(block)


def receive(upload: Upload) -> Received:
    """Close the count: from here on the file's size and digests are known."""
    if upload.incoming.size == 0:
        raise InvalidError(
            "file-empty", "The uploaded file has no bytes.", "Build the file again and upload it."
        )
    return Received(upload, upload.incoming.size, upload.incoming.digests())
