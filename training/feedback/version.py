"""Raises the model version in params.yaml, once per collection."""

import io

from ruamel.yaml import YAML


def raise_minor(text: str, task: str) -> tuple[str, str]:
    """Return params.yaml with the task's minor version raised, and the new version; keep comments.

    >>> raise_minor("t:\\n  export:\\n    version: 1.0.3 # semantic\\n", "t")
    ('t:\\n  export:\\n    version: 1.1.0 # semantic\\n', '1.1.0')
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    document = yaml.load(text)
    major, minor, _ = str(document[task]["export"]["version"]).split(".")
    version = f"{major}.{int(minor) + 1}.0"
    document[task]["export"]["version"] = version
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue(), version
