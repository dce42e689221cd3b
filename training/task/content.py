"""The digest of a table's content, whatever file it is written to."""

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow


def content_digest(table: "pyarrow.Table") -> str:
    """Return the SHA-256 of the names, types and values of a table's columns, in their order.

    Parquet's bytes depend on the program that wrote them and on its version; this does not.

    >>> import pyarrow
    >>> content_digest(pyarrow.table({"a": [1, None]}))[:8]
    '5b081288'
    """
    digest = hashlib.sha256()
    for field, column in zip(table.schema, table.columns, strict=True):
        content = [field.name, str(field.type), column.to_pylist()]
        digest.update(json.dumps(content, default=str).encode())
    return digest.hexdigest()
