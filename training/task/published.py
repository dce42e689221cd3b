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

    url: of a ZIP archive; empty if no address has the files as they are needed.
    members: the files in the archive.
    local: the same files in a folder of data that is there already.
    convert: makes the rows from the bytes of each file; raises ValueError where these are no such
    files.  content: the digest of the rows.
    """

    url: str = ""
    members: tuple[str, ...] = ()
    local: tuple[str, ...]
    convert: "Callable[..., pyarrow.Table]"
    content: str
