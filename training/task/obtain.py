"""Gets the rows that a task's publisher offers, checks them, and writes them as Parquet."""

import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.errors import DataRefused
from training.task.content import content_digest
from training.task.download import Say, download, show
from training.task.published import Published

if TYPE_CHECKING:
    import pyarrow

# Writes what an address has to a file.
Fetch = Callable[[str, Path], None]


def obtain(
    published: Published,
    target: Path,
    *,
    folder: Path | None,
    fetch: Fetch = download,
    say: Say = show,
) -> None:
    """Write the rows to a Parquet file, from a folder of data or else from their address.

    Raises DataRefused where they cannot be had or are others than expected; then nothing is
    written.
    """
    local = [folder / name for name in published.local] if folder else []
    lacking = [str(file) for file in local if not file.is_file()]
    if local and not lacking:
        origin, contents = ", ".join(map(str, local)), [file.read_bytes() for file in local]
    elif published.url:
        if lacking:
            say(f"{lacking[0]} is not there: fetching {published.url}")
        origin, contents = published.url, _fetched(published, fetch)
    else:
        missing = f"{lacking[0]}: got nothing" if lacking else "PERENNIAL_DATA: got no folder"
        wanted = ", ".join(published.local)
        raise DataRefused(
            f"{missing}, expected a folder with {wanted}, as no address has these files"
        )
    _write(_converted(published, origin, contents), target)


def _fetched(published: Published, fetch: Fetch) -> list[bytes]:
    """Return the files from the archive at the address. Raises DataRefused."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch, "archive.zip")
        fetch(published.url, archive)
        try:
            with zipfile.ZipFile(archive) as opened:
                there = opened.namelist()
                lacking = [name for name in published.members if name not in there]
                contents = [opened.read(name) for name in published.members if name in there]
        except zipfile.BadZipFile as error:
            raise DataRefused(f"{published.url}: got no ZIP archive, expected one") from error
    if lacking:
        problem = f"got an archive without {lacking[0]}, expected one that has it"
        raise DataRefused(f"{published.url}: {problem}")
    return contents


def _converted(published: Published, origin: str, contents: Sequence[bytes]) -> "pyarrow.Table":
    """Return the rows of the files. Raises DataRefused."""
    try:
        table = published.convert(*contents)
    except (ValueError, LookupError) as error:  # as are pyarrow's and those of decoding
        problem = " ".join(str(error).split())
        raise DataRefused(f"{origin}: not the file that was published: {problem}") from error
    found = content_digest(table)
    if found != published.content:
        raise DataRefused(
            f"{origin}: got {len(table)} rows whose content is {found}, expected "
            f"{published.content}; nothing was written"
        )
    return table


def _write(table: "pyarrow.Table", target: Path) -> None:
    """Write a file as a whole or not at all."""
    from pyarrow import parquet

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        parquet.write_table(table, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
