"""gitlab-ci-local, called to read a pipeline's file and to run one job."""

import io
import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from demo.forge.errors import PipelineRefused

_NOISE = re.compile(
    r"^(Unable to retrieve default|\s+Command failed|fatal:|Using fallback|parsing and|"
    r"json schema|    at )"
)
# Where Node keeps what it compiled of the tool, whose start takes half the time then.
COMPILE_CACHE = "NODE_COMPILE_CACHE"


@dataclass(frozen=True)
class Listing:
    """A pipeline's file as the tool read it.

    jobs: name, stage, when, allow_failure and needs of every job, `never` included.
    document: the whole file with includes, inputs, extends, references and defaults worked in.
    """

    jobs: list[dict[str, Any]]
    document: dict[str, Any]


@dataclass(frozen=True)
class Workplace:
    """A checkout, the folder beside it where the tool keeps its state, and the variables."""

    checkout: Path
    state: Path
    variables: Mapping[str, str]
    unset: Sequence[str] = ()


class Tool:
    """The program with the environment that its jobs inherit.

    valid: what files said, with those that they include, that had the form of GitLab's schema.
    """

    def __init__(self, command: Path, environment: Mapping[str, str]) -> None:
        self.command = command
        cache = str(command.resolve().parent / ".compile-cache")
        self.environment = {COMPILE_CACHE: cache, **environment}
        self.valid: set[tuple[str, ...]] = set()

    def read(
        self, place: Workplace, *, file: Path | None = None, changes: bool, schema: bool = True
    ) -> Listing:
        """Read a pipeline's file and evaluate its rules.

        changes: evaluate rules:changes, against origin/HEAD; else they hold.

        Raises PipelineRefused with the tool's complaint.
        """
        options = ["--list-json"]
        options += [] if changes else ["--no-evaluate-rule-changes"]
        options += [] if schema else ["--no-json-schema-validation"]
        done = subprocess.run(
            self._command(place, file, options),
            cwd=place.checkout,
            env=self._variables(place),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        start = re.search(r"^\[", done.stdout, re.MULTILINE)
        if done.returncode != 0 or start is None:
            raise PipelineRefused([_complaint(done.stderr)])
        expanded = (place.state / "expanded-gitlab-ci.yml").read_text()
        document = YAML(typ="safe", pure=True).load(io.StringIO(expanded))
        return Listing(json.loads(done.stdout[start.start() :]), document)

    def start(self, place: Workplace, *, file: Path, job: str) -> subprocess.Popen[bytes]:
        """Start one job of a file in a process group of its own.

        What the job prints goes to state/output/; what the tool prints to state/tool.log.
        """
        place.state.mkdir(parents=True, exist_ok=True)
        ignores = place.state / "ignores"  # the tool would copy the whole checkout for nothing
        ignores.write_text("*\n")
        options = ["--no-json-schema-validation", f"--ignores-file={ignores}", "--", job]
        with (place.state / "tool.log").open("wb") as log:
            return subprocess.Popen(
                self._command(place, file, options),
                cwd=place.checkout,
                env=self._variables(place),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _command(self, place: Workplace, file: Path | None, options: Sequence[str]) -> list[str]:
        command = [
            str(self.command),
            "--force-shell-executor",
            f"--state-dir={os.path.relpath(place.state, place.checkout)}",
            f"--variables-file={place.state / 'no-variables.yml'}",
            f"--inputs-file={place.state / 'no-inputs.yml'}",
        ]
        command += [f"--unset-variable={name}" for name in place.unset]
        if file is not None:
            command.append(f"--file={os.path.relpath(file, place.checkout)}")
        return [*command, *options]

    def _variables(self, place: Workplace) -> dict[str, str]:
        # By the environment, not the command line, where every user of the machine could read them.
        given = {f"GCL_VARIABLE_{name}": value for name, value in place.variables.items()}
        return {**self.environment, "NO_COLOR": "1", **given}


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a job with everything that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended by itself
    process.wait()


def _complaint(stderr: str) -> str:
    said = stderr.partition("For further troubleshooting")[0]
    lines = [line for line in said.splitlines() if line.strip() and not _NOISE.match(line)]
    return "\n".join(lines)[-2000:] or "gitlab-ci-local failed without a message"
