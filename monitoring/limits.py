"""The limits of each model: the thresholds, and what its task's limits.yaml says instead."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from monitoring.errors import InvalidLimits, InvalidThreshold
from monitoring.recording.series import EVERY, Models
from monitoring.relay.limits import ModelLimits, RelayLimits
from monitoring.thresholds import Thresholds, seconds
from perennial import validation

Item = TypeVar("Item")
Own = Mapping[str, Thresholds]
NOBODY: Own = MappingProxyType({})
TASKS = Path("training", "tasks")
FILE, PARAMETERS = "limits.yaml", "params.yaml"
BLOCKS = ("monitoring", "relay")
# Of the whole Prometheus, or of service and relay, not of one model.
SHARED = frozenset(
    {
        *("count_interval", "long_interval", "prior", "quiet_for", "ordered_bins"),
        *("slump_evidence", "slump_looks"),
        *("service_down_for", "errors_for", "latency_for", "dropped_for", "keys_refused_for"),
        *("relay_down_for", "retrain_failing_for", "retrain_waiting", "retrain_waiting_for"),
        *("errors_share", "latency_quantile"),
        *("latency_seconds", "least_requests", "busy_share", "saturated_share"),
        *(
            "news",
            "gross_psi",
            "design_effect",
            "most_design_effect",
            "label_design_effect",
            "least_worth",
            "fuller",
            "forgiven_after",
            "gross_news",
        ),
        *(
            "past_interval",
            "health_window",
            "event_window",
            "service_job",
            "relay_job",
            "mismatch_for",
        ),
    }
)
OWN = tuple(item.name for item in fields(Thresholds) if item.name not in SHARED)


class _Once(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping. Raises ConstructorError."""
        keys = [self.construct_object(key) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                problem, mark = f"{key!r} stands there twice", node.value[place][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, problem, mark)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class Limits:
    """general: of every model but those that have their own.  own: of these, by name."""

    general: Thresholds
    own: Own

    def windows(self, of: Callable[[Thresholds], Sequence[str]]) -> list[str]:
        """Return the windows of all models, each once; those that all share come first."""
        found = [window for each in (self.general, *self.own.values()) for window in of(each)]
        return list(dict.fromkeys(found))

    def made(
        self,
        make: Callable[[Thresholds, Models], Sequence[Item]],
        name: Callable[[Item], str],
    ) -> list[Item]:
        """Return what is made of the limits: once for all models where it is the same for each.

        make: makes items of some limits for some models.  name: tells the items of one such list
        apart. What differs, a model has alone, and the others without it.
        """
        general = _by_name(make(self.general, EVERY), name)
        apart: dict[str, list[str]] = {}
        for model, limits in self.own.items():
            for key, item in _by_name(make(limits, EVERY), name).items():
                if item != general.get(key):
                    apart.setdefault(key, []).append(model)
        found = []
        for key in dict.fromkeys([*general, *apart]):
            models = apart.get(key, [])
            if key in general:
                found.append(_by_name(make(self.general, Models(but=tuple(models))), name)[key])
            alone = [_by_name(make(self.own[one], Models(only=one)), name)[key] for one in models]
            # What is computed from a model's own series names no model: once is enough.
            found += [item for place, item in enumerate(alone) if item not in alone[:place]]
        return found


def own(general: Thresholds, folder: Path = TASKS) -> Own:
    """Return the limits of models that have their own; folder: of the tasks.

    Raises InvalidLimits.
    """
    documents = _documents(folder)
    return {
        model: _thresholds(file, document["monitoring"], general)
        for model, file, document in documents
        if "monitoring" in document
    }


def relay(general: Thresholds, folder: Path = TASKS) -> dict[str, ModelLimits]:
    """Return what the relay has to know of each model. Raises InvalidLimits."""
    differs = {
        model: _relay(file, document["relay"])
        for model, file, document in _documents(folder)
        if "relay" in document
    }
    thresholds = own(general, folder)
    found = {}
    for file in sorted(folder.glob(f"*/{PARAMETERS}")):
        model = file.parent.name
        given = differs.get(model, RelayLimits()).model_dump(exclude_none=True)
        window, taken = thresholds.get(model, general).long_window, _collect(file)
        for name in ("fall_rows", "drift_rows"):
            if given.get(name, taken["least_rows"]) < taken["least_rows"]:
                expected = f"at least {taken['least_rows']}, collect.least_rows in {PARAMETERS}"
                problem = f"relay.{name}: got {given[name]}, expected {expected}"
                raise InvalidLimits(file.with_name(FILE), problem)
        found[model] = ModelLimits(**given, **taken, flow_seconds=seconds(window))
    return found


def _collect(file: Path) -> dict[str, Any]:
    """Return what a task's params.yaml says of the rows that `collect` takes."""
    try:
        block = yaml.safe_load(file.read_text(encoding="utf-8"))["collect"]
        return {
            "least_rows": int(block["least_rows"]),
            "lookback_seconds": float(block["lookback_seconds"]),
        }
    except (yaml.YAMLError, UnicodeDecodeError, LookupError, TypeError, ValueError) as error:
        problem = f"{type(error).__name__} {error}, expected collect.least_rows and "
        raise InvalidLimits(file, f"{problem}collect.lookback_seconds") from error


def _by_name(items: Sequence[Item], name: Callable[[Item], str]) -> dict[str, Item]:
    return {name(item): item for item in items}


def _documents(folder: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    for file in sorted(folder.glob(f"*/{FILE}")):
        try:
            document = yaml.load(file.read_text(encoding="utf-8"), _Once)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise InvalidLimits(file, f"no YAML ({' '.join(str(error).split())})") from error
        for key in document if isinstance(document, dict) else [document]:
            if key not in BLOCKS:
                raise InvalidLimits(file, f"got {key!r}, expected {' and '.join(BLOCKS)}")
        yield file.parent.name, file, document


def _thresholds(file: Path, given: Any, general: Thresholds) -> Thresholds:
    for name in given if isinstance(given, dict) else [given]:
        if name not in OWN:
            raise InvalidLimits(file, f"monitoring: got {name!r}, expected some of {OWN}")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
    }
    try:
        return replace(general, **values)
    except InvalidThreshold as error:
        raise InvalidLimits(file, f"monitoring.{error}") from error


def _relay(file: Path, given: Any) -> RelayLimits:
    try:
        return RelayLimits.model_validate(given)
    except ValidationError as error:
        wrong = validation.first(error)
        field = ".".join(map(str, ("relay", *wrong.path)))
        problem = f"{field}: got {wrong.value!r}, expected {wrong.expected}"
        raise InvalidLimits(file, problem) from error
