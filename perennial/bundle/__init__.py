"""The model bundle: an immutable, content-addressed directory that the service runs."""

from perennial.bundle.contents import (
    CARD,
    MANIFEST,
    MODEL,
    REFERENCE,
    SIGNALS,
    TOKENIZER,
    Bundle,
    Manifest,
    SelfTest,
    load,
    sha256,
    write,
)

__all__ = [
    "CARD",
    "MANIFEST",
    "MODEL",
    "REFERENCE",
    "SIGNALS",
    "TOKENIZER",
    "Bundle",
    "Manifest",
    "SelfTest",
    "load",
    "sha256",
    "write",
]
