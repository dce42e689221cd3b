"""Rows that somebody publishes: where the file is, and how a task's rows are made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

# The module in a task's folder that has them, and the object in it.
MODULE, OBJECT = "published", "PUBLISHED"


@dataclass(frozen=True, kw_only=True)
class Published:
    """What `make data` needs to know of a task.

    url: of a ZIP archive.  member: the file in the archive.
    local: the same file in a folder of data that is there already.
    convert: makes the rows from the file's bytes; raises ValueError where these are no such file.
    content: the digest of the rows.
    """

    url: str
    member: str
    local: str
    convert: "Callable[[bytes], pyarrow.Table]"
    content: str
