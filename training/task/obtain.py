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

# Names a folder of data that is there already.
FOLDER = "PERENNIAL_DATA"
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
    wanted = f"a folder with {', '.join(published.local)}"
    if local and not lacking:
        origin, contents = ", ".join(map(str, local)), [file.read_bytes() for file in local]
        table = _converted(published, f"{FOLDER}: {origin}", contents)
    elif published.url:
        if lacking:
            say(f"{FOLDER}: {lacking[0]} is not there: fetching {published.url}")
        try:
            table = _converted(published, published.url, _fetched(published, fetch))
        except DataRefused as error:
            raise DataRefused(f"{error}; or set {FOLDER} to {wanted}") from error
    else:
        missing = f"no file {lacking[0]}" if lacking else "no folder"
        expected = f"{wanted}, as no address has these files"
        raise DataRefused(f"{FOLDER}: got {missing}, expected {expected}")
    _write(table, target)


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
