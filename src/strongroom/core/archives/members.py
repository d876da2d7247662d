"""What a reader says of one member of an archive, whatever the format."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A file, a folder, or a link to a file of the same archive.

    `name` is a checked relative path with `/` and without a trailing slash. `size` counts the
    unpacked bytes. `mode` holds the Unix permission bits, 0 where the archive says nothing.
    `target` is empty but for a link: the name of the member that the link resolves to.
    """

    name: str
    size: int
    is_dir: bool = False
    mode: int = 0
    target: str = ""
