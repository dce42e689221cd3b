"""Published rows are taken from a folder or fetched, and only as they were published."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from pyarrow import csv, parquet

from training.errors import DataRefused
from training.task.content import content_digest
from training.task.obtain import obtain
from training.task.published import Published

TEXT = b"name,legs\ncat,4\nbird,2\n"
TABLE = pyarrow.table({"name": ["cat", "bird"], "legs": [4, 2]})


def convert(content: bytes) -> pyarrow.Table:
    """Return the rows of a file."""
    return csv.read_csv(pyarrow.BufferReader(content))


def joined(legs: bytes, names: bytes) -> pyarrow.Table:
    """Return the rows of two files with a column each."""
    return convert(names).append_column("legs", convert(legs)["legs"])


PUBLISHED = Published(
    url="https://example.com/pets.zip",
    members=("pets.csv",),
    local=("pets/pets.csv",),
    convert=convert,
    content=content_digest(TABLE),
)


def offering(name: str, content: bytes) -> Callable[[str, Path], None]:
    """Return what fetches an archive with one file."""

    def fetch(url: str, target: Path) -> None:
        assert url == PUBLISHED.url
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(name, content)

    return fetch


def never(url: str, target: Path) -> None:
    """Fetch nothing: nothing has to be."""
    raise AssertionError(f"{url} was fetched to {target}")


def test_the_archive_becomes_the_rows(tmp_path: Path) -> None:
    """Its file is converted and written as Parquet."""
    target = tmp_path / "data" / "rows.parquet"
    obtain(PUBLISHED, target, folder=None, fetch=offering("pets.csv", TEXT))
    assert parquet.read_table(target).equals(TABLE)
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_has_the_file_spares_the_network(tmp_path: Path) -> None:
    """A folder without it is named before the address is asked."""
    said: list[str] = []
    fetch, target = offering("pets.csv", TEXT), tmp_path / "rows.parquet"
    obtain(PUBLISHED, target, folder=tmp_path, fetch=fetch, say=said.append)
    file = tmp_path / PUBLISHED.local[0]
    assert said == [f"PERENNIAL_DATA: {file} is not there: fetching {PUBLISHED.url}"]
    file.parent.mkdir()
    file.write_bytes(TEXT)
    obtain(PUBLISHED, target, folder=tmp_path, fetch=never)
    assert parquet.read_table(target).equals(TABLE)


@pytest.mark.parametrize(
    ("fetch", "message"),
    [
        (offering("dogs.csv", TEXT), "got an archive without pets.csv, expected one that has it"),
        (
            offering("pets.csv", TEXT.replace(b"4", b"3")),
            f"got 2 rows whose content is [0-9a-f]{{64}}, expected {PUBLISHED.content}",
        ),
        (offering("pets.csv", b"name,legs\ncat\n"), "not the file that was published: .*column"),
        (lambda url, target: target.write_bytes(TEXT), "got no ZIP archive, expected one"),
    ],
    ids=["another archive", "another version", "another file", "no archive"],
)
def test_what_is_not_what_was_published_is_refused(
    tmp_path: Path, fetch: Callable[[str, Path], None], message: str
) -> None:
    """In one sentence with the address; the rows that were there stay."""
    target = tmp_path / "rows.parquet"
    target.write_text("rows of before")
    with pytest.raises(DataRefused, match=f"{PUBLISHED.url}: {message}") as error:
        obtain(PUBLISHED, target, folder=None, fetch=fetch)
    assert str(error.value).endswith("; or set PERENNIAL_DATA to a folder with pets/pets.csv")
    assert "\n" not in str(error.value)
    assert target.read_text() == "rows of before" and len(list(tmp_path.iterdir())) == 1


def test_files_that_no_address_has_must_be_in_the_folder(tmp_path: Path) -> None:
    """All of them; the sentence names the variable and what lacks, or is not as published."""
    legs, names = "pets/legs.csv", "pets/names.csv"
    local = Published(local=(legs, names), convert=joined, content=PUBLISHED.content)
    target = tmp_path / "rows.parquet"
    wanted = f"expected a folder with {legs}, {names}, as no address has these files"
    with pytest.raises(DataRefused, match=f"PERENNIAL_DATA: got no folder, {wanted}"):
        obtain(local, target, folder=None, fetch=never)
    (tmp_path / "pets").mkdir()
    (tmp_path / legs).write_bytes(b"legs\n4\n2\n")
    with pytest.raises(
        DataRefused, match=f"PERENNIAL_DATA: got no file {tmp_path / names}, {wanted}"
    ):
        obtain(local, target, folder=tmp_path, fetch=never)
    (tmp_path / names).write_bytes(b"name\ncat\ndog\n")
    files = f"{tmp_path / legs}, {tmp_path / names}"
    with pytest.raises(DataRefused, match=f"PERENNIAL_DATA: {files}: got 2 rows whose content"):
        obtain(local, target, folder=tmp_path, fetch=never)
    (tmp_path / names).write_bytes(b"name\ncat\nbird\n")
    obtain(local, target, folder=tmp_path, fetch=never)
    assert parquet.read_table(target).equals(TABLE)


def test_content_is_what_is_compared() -> None:
    """Not chunks, nor a file's bytes; a name, a type, a value or the order is another content."""
    chunked = pyarrow.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)])
    assert content_digest(chunked) == content_digest(TABLE)
    others = [
        TABLE.rename_columns(["name", "feet"]),
        TABLE.set_column(1, "legs", pyarrow.array([4.0, 2.0])),
        TABLE.set_column(1, "legs", pyarrow.array([4, None])),
        TABLE.take([1, 0]),
    ]
    assert len({content_digest(table) for table in [TABLE, *others]}) == 5
