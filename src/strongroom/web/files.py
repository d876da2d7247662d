"""No page takes a file.

Django spools the files of any form to the disk before a view, or the check against forged requests,
has judged it: anybody could fill the disk. The door of uploads brings a receiver of its own.
"""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class NoFiles(FileUploadHandler):
    """Refuses the first file of a form, before a byte of it is kept."""

    def new_file(self, *_: object, **__: object) -> None:
        """Refuse it."""
        raise RequestDataTooBig("Forms here hold no files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing; Django asks for this method."""
        del raw_data, start

    def file_complete(self, file_size: int) -> None:
        """Return nothing; Django asks for this method."""
        del file_size
