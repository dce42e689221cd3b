"""Which version of which model the report is on, and which served in the span."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.prometheus_client import selector
from monitoring.recording.series import VERSION
from monitoring.drift_report.errors import NoSuchModel, SeveralModels
from monitoring.drift_report.span import Span, Stretch
from perennial.metric_names import service as metrics


@dataclass(frozen=True, order=True)
class Version:
    """A version of a model."""

    model: str
    version: str

    @property
    def selector(self) -> str:
        """The selector of its series."""
        return selector(model=self.model, version=self.version)

    def __str__(self) -> str:
        return f"{self.model} {self.version}"


@dataclass(frozen=True)
class Served:
    """When a version served."""

    version: Version
    when: list[Stretch]

    def __str__(self) -> str:
        return f"{self.version.version} ({', '.join(map(str, self.when))})"


def choose(span: Span, *, model: str | None, version: str | None) -> Version:
    """Return the one version that fits: where several do, the one that serves at the end.

    Raises NoSuchModel, SeveralModels, PrometheusFailed.
    """
    info = metrics.INFO.name
    known = {_version(one.labels) for one in span.latest(info, by=VERSION)}
    fit = [one for one in known if one.model == (model or one.model)]
    fit = [one for one in fit if one.version == (version or one.version)]
    if not fit:
        asked = " ".join(filter(None, (model or "any model", version)))
        raise NoSuchModel(span.prometheus.url, asked, map(str, sorted(known)))
    if len(fit) > 1:
        serving = {_version(one.labels) for one in span.at_end(f"max by ({VERSION}) ({info})")}
        fit = sorted(serving & set(fit)) or sorted(fit)
    if len(fit) > 1:
        raise SeveralModels(map(str, fit))
    return fit[0]


def served(span: Span, model: str) -> list[Served]:
    """Return every version of a model that served, in order. Raises PrometheusFailed."""
    info = metrics.INFO.name + selector(model=model)
    found = [Served(_version(one.labels), when) for one, when in span.stretches(info, by=VERSION)]
    return sorted(found, key=lambda one: one.when[0].start)


def _version(labels: Mapping[str, str]) -> Version:
    return Version(labels["model"], labels["version"])
