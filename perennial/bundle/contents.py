"""A model bundle: an immutable, content-addressed directory without executable code."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from perennial import validation
from perennial.bundle import consistency as references
from perennial.bundle import graph
from perennial.bundle.manifest import FORMAT, Manifest, SelfTest
from perennial.bundle.upgrade import OLD, upgrade
from perennial.errors import BundleRejected, InvalidValue
from perennial.kinds import wordpiece
from perennial.kinds.wordpiece import WordPiece
from perennial.signals import Extraction, Reference

__all__ = [
    "CARD",
    "FORMAT",
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
MANIFEST = "manifest.json"
MODEL = "model.onnx"
REFERENCE = references.FILE
SIGNALS = "signals.npz"
CARD = "card.md"
TOKENIZER = wordpiece.FILE  # of models that take the numbers of pieces of texts
# Protobuf takes no model of 2 GiB or more; every other file is far smaller. JSON takes many
# times its bytes of memory once it is parsed.
MOST_MODEL_BYTES = 2**31
MOST_JSON_BYTES = 2**23
MOST_BYTES = 2**28
_LIMITS = {MODEL: MOST_MODEL_BYTES} | dict.fromkeys(
    (MANIFEST, REFERENCE, TOKENIZER), MOST_JSON_BYTES
)


@dataclass(frozen=True)
class Bundle:
    """A directory whose files and schema have been verified; created only by `load`."""

    path: Path
    digest: str
    manifest: Manifest
    reference: Reference
    extraction: Extraction
    tokenizer: WordPiece | None = None

    @property
    def model(self) -> Path:
        """The ONNX file."""
        return self.path / MODEL

    @cached_property
    def card(self) -> str:
        """The model card, as Markdown."""
        return (self.path / CARD).read_text(encoding="utf-8")


def sha256(path: Path) -> str:
    """Return a file's checksum in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(path: Path, manifest: Mapping[str, object]) -> Bundle:
    """Write `manifest.json` for the files in `path`, with their checksums, and load the bundle.

    manifest: every field of `Manifest` but `format` and `files`.
    Raises BundleRejected where a file is missing or a field is wrong.
    """
    names = sorted(p.name for p in path.iterdir() if p.is_file() and p.name != MANIFEST)
    document = {
        "format": FORMAT,
        **manifest,
        "files": {name: sha256(path / name) for name in names},
    }
    text = json.dumps(document, indent=2, default=str) + "\n"
    (path / MANIFEST).write_text(text, encoding="utf-8")
    return load(path)


def load(path: Path) -> Bundle:
    """Verify a bundle directory and return it; the predictor adds the self-test.

    Raises BundleRejected with the file at fault: a link, too large, missing, changed, unlisted, of
    another format version, not valid by the schema, or a model that refers to other files.
    """
    _check_files(path)
    manifest = _manifest(path / MANIFEST)
    for required in (MODEL, REFERENCE, SIGNALS, CARD):
        if required not in manifest.files:
            problem = f"files lists {sorted(manifest.files)}, expected {required} among them"
            raise BundleRejected(MANIFEST, problem, reason="missing")
    for name, expected in manifest.files.items():
        _verify(path, name, expected)
    unlisted = {p.name for p in path.iterdir()} - set(manifest.files) - {MANIFEST}
    if unlisted:
        raise BundleRejected(min(unlisted), f"not listed in {MANIFEST}", reason="unlisted")
    reference = _parse(Reference, path / REFERENCE, _document(path / REFERENCE))
    extraction = _extraction(manifest, path / SIGNALS)
    _check_graph(path / MODEL)
    references.check(reference, extraction, manifest.output)
    tokenizer = _tokenizer(path / TOKENIZER) if TOKENIZER in manifest.files else None
    return Bundle(path, sha256(path / MANIFEST), manifest, reference, extraction, tokenizer)


def _check_files(path: Path) -> None:
    """Refuse links, which may lead anywhere, and sizes that no bundle has, before any is read."""
    for file in sorted(path.iterdir()) if path.is_dir() else ():
        if file.is_symlink():
            raise BundleRejected(file.name, "is a link, expected a file", reason="unsafe")
        limit = _LIMITS.get(file.name, MOST_BYTES)
        if (size := file.lstat().st_size) > limit:
            problem = f"has {size} bytes, expected at most {limit}"
            raise BundleRejected(file.name, problem, reason="unsafe")


def _check_graph(file: Path) -> None:
    try:
        graph.check(file)
    except ValueError as error:
        reason = "model" if isinstance(error, graph.NotOnnx) else "unsafe"
        raise BundleRejected(file.name, str(error), reason=reason) from error


def _verify(path: Path, name: str, expected: str) -> None:
    file = path / name
    if file.parent != path or not file.is_file():
        raise BundleRejected(name, f"missing, expected since {MANIFEST} lists it", reason="missing")
    found = sha256(file)
    if found != expected:
        problem = f"sha256 is {found[:8]}…, the manifest says {expected[:8]}…"
        raise BundleRejected(name, problem, reason="checksum")


def _extraction(manifest: Manifest, file: Path) -> Extraction:
    try:
        return Extraction.load(manifest.input, file)
    except ValueError as error:
        raise BundleRejected(file.name, str(error), reason="schema") from error


def _tokenizer(file: Path) -> WordPiece:
    try:
        return WordPiece.of(_document(file))
    except ValueError as error:
        raise BundleRejected(file.name, str(error), reason="schema") from error


Model = TypeVar("Model", bound=BaseModel)


def _manifest(file: Path) -> Manifest:
    document = _document(file)
    if isinstance(document, dict):
        document = upgrade(document)
        if document.get("format") != FORMAT:
            problem = str(InvalidValue("format", document.get("format"), f"{FORMAT} or {OLD}"))
            raise BundleRejected(file.name, problem, reason="format")
    return _parse(Manifest, file, document)


def _document(file: Path) -> Any:
    if not file.is_file():
        raise BundleRejected(file.name, "missing, expected in every bundle", reason="missing")
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BundleRejected(file.name, f"expected JSON: {error}", reason="schema") from error


def _parse(model: type[Model], file: Path, document: Any) -> Model:
    try:
        return model.model_validate_json(json.dumps(document))
    except ValidationError as error:
        first = validation.first(error)
        field = _field(first.path, document) or "document"
        sentence = str(InvalidValue(field, first.value, first.expected))
        raise BundleRejected(file.name, sentence, reason="schema") from error


def _field(path: tuple[int | str, ...], document: Any) -> str:
    """Return a path such as `signals.brightness.shares.0`, with names in place of indices."""
    parts = []
    for part in path:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):  # a missing field, or the tag of an input's kind
            document = document if isinstance(part, str) else None
        named = isinstance(part, int) and isinstance(document, dict) and "name" in document
        parts.append(str(document["name"] if named else part))
    return ".".join(parts)
