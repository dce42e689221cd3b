"""Read an .npz file of arrays, refusing what would take more memory than the file has bytes."""

import math
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy

from perennial.signals.arrays import Arrays

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read(file: Path) -> Arrays:
    """Return the arrays of a file that numpy's `savez` wrote.

    Raises ValueError, before it reads any array, if one is compressed or larger than its bytes.
    """
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > file.stat().st_size:
                raise ValueError("its arrays are larger than the file, expected them as they are")
            for member in members:
                _check(archive, member)
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, OSError, EOFError, BadZipFile) as error:
        raise ValueError(f"expected a readable .npz file of arrays: {error}") from error


def _check(archive: ZipFile, member: ZipInfo) -> None:
    name = member.filename.removesuffix(".npy")
    if member.compress_type != ZIP_STORED:
        raise ValueError(f"array {name!r} is compressed, expected it as it is")
    with archive.open(member) as stream:
        header = _HEADERS.get(npy.read_magic(stream))
        if header is None:
            raise ValueError(f"array {name!r} has an unknown version of numpy's format")
        shape, _, dtype = header(stream)
        size = member.file_size - stream.tell()
    if math.prod(shape) * dtype.itemsize != size:
        problem = f"array {name!r} has {size} bytes"
        raise ValueError(f"{problem}, expected as many as its shape {shape} of {dtype} has")
