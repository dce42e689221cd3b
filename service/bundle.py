"""What a model bundle is: an immutable, content-addressed directory, nothing executable in it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service import signals
from service.errors import BundleRejected
from service.signals import Reference

FORMAT = 1
MANIFEST = "manifest.json"
MODEL = "model.onnx"
REFERENCE = "reference.json"
CARD = "card.md"
SHA256 = re.compile(r"^[0-9a-f]{64}$")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputSchema(_Record):
    """What one instance looks like: its kind (see `signals.EXTRACTORS`) and its shape."""

    kind: Literal["image"]
    shape: tuple[Annotated[int, Field(gt=0)], ...] = Field(min_length=1)


class Metric(_Record):
    """A test metric and the rows it was measured on."""

    value: float
    size: int = Field(gt=0)


class SelfTest(_Record):
    """A row and the probabilities that the model must give for it, within `tolerance`."""

    instance: list[list[float]]
    probabilities: list[float]
    tolerance: float = Field(gt=0)


class Manifest(_Record):
    """`manifest.json`: where the model comes from, what it takes, what it gives, what it scored."""

    format: Literal[1]
    task: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    created: datetime
    commit: str = Field(pattern=r"^[0-9a-f]{7,40}$")
    data_version: str
    framework: str
    framework_version: str
    labels: tuple[str, ...] = Field(min_length=2)
    input: InputSchema
    metrics: dict[str, Metric]
    self_test: SelfTest
    files: dict[str, Annotated[str, Field(pattern=SHA256.pattern)]]


@dataclass(frozen=True)
class Bundle:
    """A directory whose files and schema have been verified; only `load` makes one."""

    path: Path
    digest: str
    manifest: Manifest
    reference: Reference

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
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(path: Path, manifest: Mapping[str, object]) -> Bundle:
    """Write `manifest.json` over the files already in `path`, with their checksums, and load it.

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

    Raises BundleRejected with the file at fault: missing, changed, unlisted, of a wrong format
    version, or not of the schema.
    """
    manifest = _parse(Manifest, path / MANIFEST)
    for required in (MODEL, REFERENCE, CARD):
        if required not in manifest.files:
            raise BundleRejected(MANIFEST, f"files lists no {required}", reason="missing")
    for name, expected in manifest.files.items():
        _verify(path, name, expected)
    unlisted = {p.name for p in path.iterdir()} - set(manifest.files) - {MANIFEST}
    if unlisted:
        raise BundleRejected(min(unlisted), "the manifest does not list it", reason="unlisted")
    reference = _parse(Reference, path / REFERENCE)
    _check_reference(manifest, reference)
    return Bundle(path, sha256(path / MANIFEST), manifest, reference)


def _verify(path: Path, name: str, expected: str) -> None:
    file = path / name
    if file.parent != path or not file.is_file():
        raise BundleRejected(name, "the manifest lists it, the bundle lacks it", reason="missing")
    found = sha256(file)
    if found != expected:
        problem = f"sha256 is {found[:8]}…, the manifest says {expected[:8]}…"
        raise BundleRejected(name, problem, reason="checksum")


def _check_reference(manifest: Manifest, reference: Reference) -> None:
    """Refuse a reference with a signal that the service cannot compute from the traffic."""
    kind, shape = manifest.input.kind, manifest.input.shape
    try:
        inputs = set(signals.extract(kind, np.zeros((1, *shape))))
    except ValueError as error:
        problem = f"input.shape is {shape}, which is no shape of the kind {kind!r}: {error}"
        raise BundleRejected(MANIFEST, problem, reason="schema") from error
    names = [signal.name for signal in reference.signals]
    for name in names:
        if names.count(name) > 1:
            raise BundleRejected(REFERENCE, f"signal {name!r} occurs twice", reason="reference")
    for signal in reference.signals:
        _check_signal(signal, inputs, manifest.labels)


def _check_signal(signal: signals.Signal, inputs: set[str], labels: tuple[str, ...]) -> None:
    if signal.name == signals.PREDICTION:
        expected = (*labels, signals.OTHER, signals.MISSING)
        if signal.kind != "categorical" or signal.bins != expected:
            problem = f"signal 'prediction' has the bins {signal.bins}, expected {expected}"
            raise BundleRejected(REFERENCE, problem, reason="reference")
        return
    known = {*inputs, signals.CONFIDENCE}
    if signal.name not in known:
        problem = f"signal {signal.name!r} cannot be computed, the service knows {sorted(known)}"
        raise BundleRejected(REFERENCE, problem, reason="reference")
    if signal.kind != "numeric":
        problem = f"signal {signal.name!r} is {signal.kind}, expected numeric"
        raise BundleRejected(REFERENCE, problem, reason="reference")


Model = TypeVar("Model", bound=BaseModel)


def _parse(model: type[Model], file: Path) -> Model:
    if not file.is_file():
        raise BundleRejected(file.name, "the bundle lacks it", reason="missing")
    try:
        document = json.loads(file.read_bytes())
    except ValueError as error:
        raise BundleRejected(file.name, f"not JSON: {error}", reason="schema") from error
    if model is Manifest and isinstance(document, dict) and document.get("format") != FORMAT:
        problem = f"format is {document.get('format')!r}, this service reads {FORMAT}"
        raise BundleRejected(file.name, problem, reason="format")
    try:
        return model.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        problem = f"{field}: {first['msg']} (got {str(first['input'])[:60]})"
        raise BundleRejected(file.name, problem, reason="schema") from error
