"""Raises the model version in a task's params.yaml, once per collection."""

import io

from ruamel.yaml import YAML


def raise_minor(text: str) -> tuple[str, str]:
    """Return a task's params.yaml with the minor version raised, and that version; keep comments.

    >>> raise_minor("export:\\n  version: 1.0.3 # semantic\\n")
    ('export:\\n  version: 1.1.0 # semantic\\n', '1.1.0')
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    document = yaml.load(text)
    major, minor, _ = str(document["export"]["version"]).split(".")
    version = f"{major}.{int(minor) + 1}.0"
    document["export"]["version"] = version
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue(), version
