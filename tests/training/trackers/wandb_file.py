"""Reads the last figures from the file of an offline run: `python wandb_file.py FILE`.

Run by the Python that has wandb, whose library only writes such files. They are LevelDB's logs:
blocks of records, each with a checksum, a length, and whether it is whole or which part.
"""

import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK, HEAD = 32768, 7
WHOLE, LAST = 1, 4


def records(content: bytes) -> Iterator[bytes]:
    """Yield what was written, one after another.

    >>> list(records(b":W&B" + bytes(3) + bytes(4) + struct.pack("<HB", 2, WHOLE) + b"ab"))
    [b'ab']
    """
    place, parts = HEAD, b""
    while place + HEAD <= len(content):
        if BLOCK - place % BLOCK < HEAD:  # what is left of a block is not used
            place += BLOCK - place % BLOCK
            continue
        length, kind = struct.unpack_from("<HB", content, place + 4)
        parts += content[place + HEAD : place + HEAD + length]
        place += HEAD + length
        if kind in (WHOLE, LAST):
            yield parts
            parts = b""


def main(file: Path) -> None:
    """Print the last value of each figure as JSON."""
    from wandb.proto.wandb_internal_pb2 import Record

    last: dict[str, float] = {}
    for data in records(file.read_bytes()):
        record = Record()
        record.ParseFromString(data)
        for item in record.history.item:
            last[item.key or ".".join(item.nested_key)] = json.loads(item.value_json)
    print(json.dumps({name: value for name, value in last.items() if not name.startswith("_")}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
