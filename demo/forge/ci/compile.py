"""From a pipeline's file at a commit to the jobs that GitLab would create."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.forge.ci.duration import seconds
from demo.forge.ci.includes import local_texts
from demo.forge.ci.inputs import apply_inputs
from demo.forge.ci.probe import Probe, Question
from demo.forge.ci.tool import Listing, Tool, Workplace
from demo.forge.ci.variables import expand
from demo.forge.ci.workflow import matching_rule, on_new_commit, workflow_rules
from demo.forge.errors import PipelineRefused
from demo.forge.records.job import Cache, JobSpec, Need

FILE = ".gitlab-ci.yml"
EMPTY = (
    "The resulting pipeline would have been empty. "
    "Review the rules configuration for the relevant jobs."
)
# Names at the top of the document that are not jobs.
_GLOBAL = {"default", "include", "stages", "variables", "workflow", "spec", "pages:deploy"}
_UNSUPPORTED = ("parallel", "trigger", "retry", "start_in", "release", "secrets", "id_tokens")
# What the forge does itself, or a shell runner has no use for.
_NOT_FOR_THE_RUNNER = {
    "allow_failure", "cache", "dependencies", "extends", "image", "interruptible",
    "needs", "resource_group", "rules", "services", "tags", "timeout", "when",
}  # fmt: skip
# How long GitLab keeps artifacts whose job does not say.
_KEEP_DAYS = "30 days"


@dataclass(frozen=True)
class Compiled:
    """What a pipeline consists of.

    auto_cancel: which of its jobs a newer commit ends: conservative, interruptible or none.
    """

    name: str | None
    jobs: tuple[JobSpec, ...]
    variables: Mapping[str, str]
    auto_cancel: str


def compile_pipeline(
    tool: Tool,
    place: Workplace,
    *,
    inputs: Mapping[str, object],
    changes: bool,
    overrides: Mapping[str, str],
) -> Compiled:
    """Compile the checkout's pipeline with these variables and inputs.

    changes: evaluate rules:changes.  overrides: variables that no file can overrule; they are
    among the place's too, and needed here to expand the pipeline's name.

    Raises PipelineRefused.
    """
    source = place.checkout / FILE
    if not source.is_file():
        raise PipelineRefused(["Missing CI config file"], broken=False)
    texts = local_texts(place.checkout, FILE)
    place.state.mkdir(parents=True, exist_ok=True)
    file = place.state / FILE  # beside the checkout, which must not look changed
    file.write_text(apply_inputs(source.read_text(), inputs))
    listing = tool.read(place, file=file, changes=changes, schema=texts not in tool.valid)
    tool.valid.add(texts)
    _refuse_unsupported(listing)
    workflow, owners, rules = workflow_rules(listing), *_rules_with_variables(listing)
    answers = Probe(tool, place, changes).matches([*workflow, *rules])
    rule = matching_rule(workflow, answers[: len(workflow)])
    given = _rule_variables(owners, answers[len(workflow) :])
    variables = {name: str(value) for name, value in listing.document.get("variables", {}).items()}
    jobs = _jobs(listing, given, {**variables, **overrides})
    if all(job.stage in (".pre", ".post") for job in jobs):
        raise PipelineRefused([EMPTY], broken=False)
    _check_needs(jobs, {job["name"] for job in listing.jobs})
    name = listing.document.get("workflow", {}).get("name")
    full = expand(name, {**variables, **overrides}) if name else None
    return Compiled(full, jobs, variables, on_new_commit(listing, rule))


def _refuse_unsupported(listing: Listing) -> None:
    problems = [
        f"jobs:{name}:{keyword} is not supported by this stand-in for GitLab"
        for name, body in listing.document.items()
        if name not in _GLOBAL and not name.startswith(".") and isinstance(body, dict)
        for keyword in _UNSUPPORTED
        if keyword in body
    ]
    problems += [
        f"jobs:{name}:rules:{keyword} is not supported by this stand-in for GitLab"
        for name, body in listing.document.items()
        if name not in _GLOBAL and isinstance(body, dict)
        for rule in body.get("rules") or ()
        for keyword in ("interruptible", "needs", "start_in")
        if keyword in rule
    ]
    problems += [
        f"jobs:{name}:needs across pipelines is not supported by this stand-in for GitLab"
        for name, body in listing.document.items()
        if name not in _GLOBAL and isinstance(body, dict)
        for need in body.get("needs") or ()
        if "pipeline" in need or "project" in need
    ]
    if problems:
        raise PipelineRefused(problems)


def _body(listing: Listing, name: str) -> dict[str, Any]:
    body = listing.document[name]
    assert isinstance(body, dict)
    return body


def _rules_with_variables(
    listing: Listing,
) -> tuple[list[tuple[str, Mapping[str, object]]], list[Question]]:
    """Return the rules of jobs that have variables: job and variables of each, and the rule."""
    owners: list[tuple[str, Mapping[str, object]]] = []
    questions: list[Question] = []
    for job in listing.jobs:
        body = _body(listing, job["name"])
        rules = body.get("rules") or ()
        if job["when"] == "never" or not any("variables" in rule for rule in rules):
            continue
        variables = {**listing.document.get("variables", {}), **body.get("variables", {})}
        for rule in rules:
            questions.append((rule, variables))
            owners.append((job["name"], rule.get("variables") or {}))
    return owners, questions


def _rule_variables(
    owners: Sequence[tuple[str, Mapping[str, object]]], answers: Sequence[bool]
) -> dict[str, dict[str, str]]:
    """Return the variables that each job's matching rule sets."""
    found: dict[str, dict[str, str]] = {}
    for (name, values), matched in zip(owners, answers, strict=True):
        if matched:
            found.setdefault(name, {key: str(value) for key, value in values.items()})
    return found


def _jobs(
    listing: Listing, rules: Mapping[str, Mapping[str, str]], known: Mapping[str, str]
) -> tuple[JobSpec, ...]:
    """Return the jobs of the pipeline; known: the variables of the file and of GitLab."""
    stages = listing.document["stages"]
    # The tool works defaults into jobs, apart from those that mean nothing to it.
    default = {"interruptible": (listing.document.get("default") or {}).get("interruptible", False)}
    specs = [
        _spec(job, default | _body(listing, job["name"]), stages.index(job["stage"]), rules, known)
        for job in listing.jobs
        if job["when"] != "never"
    ]
    names = {spec.name for spec in specs}
    return tuple(
        sorted((_without_absent(spec, listing, names) for spec in specs), key=_stage_index)
    )


def _stage_index(spec: JobSpec) -> int:
    return spec.stage_index


def _spec(
    job: Mapping[str, Any],
    body: Mapping[str, Any],
    stage_index: int,
    rules: Mapping[str, Mapping[str, str]],
    known: Mapping[str, str],
) -> JobSpec:
    name = job["name"]
    needs = job.get("needs")
    runnable = {key: value for key, value in body.items() if key not in _NOT_FOR_THE_RUNNER}
    own = {**body.get("variables", {}), **rules.get(name, {})}
    runnable["variables"] = own
    variables = {**{key: str(value) for key, value in own.items()}, **known}
    return JobSpec(
        name=name,
        stage=job["stage"],
        stage_index=stage_index,
        when=job["when"],
        allow_failure=_allow_failure(job, body),
        needs=(
            None
            if needs is None
            else tuple(Need(need["job"], need.get("artifacts", True)) for need in needs)
        ),
        dependencies=tuple(body["dependencies"]) if "dependencies" in body else None,
        resource_group=body.get("resource_group"),
        timeout=_seconds("timeout", body["timeout"]) if "timeout" in body else None,
        interruptible=body["interruptible"],
        coverage=body.get("coverage"),
        tags=tuple(sorted(expand(tag, variables) for tag in body.get("tags") or ())),
        artifacts_seconds=_artifacts_seconds(body),
        caches=tuple(_caches(body, variables)),
        body=runnable,
    )


def _caches(body: Mapping[str, Any], variables: Mapping[str, str]) -> Iterator[Cache]:
    found = body.get("cache") or []
    for one in found if isinstance(found, list) else [found]:
        key = one.get("key", "default")
        named = key if isinstance(key, dict) else {"prefix": key, "files": []}
        yield Cache(
            key=expand(named.get("prefix", ""), variables),
            files=tuple(named["files"]),
            paths=tuple(one.get("paths") or ()),
            policy=expand(one.get("policy", "pull-push"), variables),
            unprotect=one.get("unprotect", False),
        )


def _allow_failure(job: Mapping[str, Any], body: Mapping[str, Any]) -> bool | tuple[int, ...]:
    allowed = job["allow_failure"]
    if isinstance(allowed, dict):
        codes = allowed["exit_codes"]
        return tuple(codes) if isinstance(codes, list) else (codes,)
    if job["when"] == "manual" and "rules" not in body and "allow_failure" not in body:
        return True  # a manual job outside rules is optional; the tool says it is not
    return bool(allowed)


def _without_absent(spec: JobSpec, listing: Listing, present: set[str]) -> JobSpec:
    """Return the job without optional needs that this pipeline does not have."""
    if spec.needs is None:
        return spec
    optional = {
        need["job"]
        for job in listing.jobs
        if job["name"] == spec.name
        for need in job["needs"]
        if need.get("optional")
    }
    kept = tuple(need for need in spec.needs if need.job in present or need.job not in optional)
    return replace(spec, needs=kept)


def _check_needs(jobs: Sequence[JobSpec], known: set[str]) -> None:
    present = {job.name for job in jobs}
    problems = []
    for job in jobs:
        for need in job.needs or ():
            if need.job not in present:
                why = "was not added" if need.job in known else "does not exist"
                problems.append(
                    f"'{job.name}' job needs '{need.job}' job, but '{need.job}' {why} in the "
                    "pipeline. Use needs:optional if that may happen."
                )
    if problems:
        raise PipelineRefused(problems)


def _seconds(keyword: str, text: object) -> int:
    try:
        return seconds(str(text))
    except ValueError as error:
        raise PipelineRefused([f"{keyword}: {error}"]) from error


def _artifacts_seconds(body: Mapping[str, Any]) -> int | None:
    period = (body.get("artifacts") or {}).get("expire_in", _KEEP_DAYS)
    return None if period == "never" else _seconds("expire_in", period)


def one_job(spec: JobSpec, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the file that the runner gets: this job alone, always keeping its artifacts.

    Whether artifacts count after a failure is the forge's decision.
    """
    body = dict(spec.body)
    if body.get("artifacts"):
        body["artifacts"] = {**body["artifacts"], "when": "always"}
    return {"stages": [spec.stage], "variables": dict(variables), spec.name: body}


def dump(document: Mapping[str, Any], path: Path) -> None:
    """Write a document as JSON, which is YAML too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
