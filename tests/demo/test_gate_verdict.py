"""The relay reads of the forge what the gate of the retrain pipeline wrote."""

from pathlib import Path

import pytest
import yaml

from demo.workspace import ROOT
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.gitlab import GATE, GATE_FILE, GitlabPipelines
from perennial.verdicts import Verdict
from tests.demo.forge.fixtures import PROJECT, READ, ForgeServer, commit, git
from training.gate.compared_bundle import ComparedBundle
from training.gate.decision import GateDecision
from training.gate.result import FILE, GateResult, write


def _result(decision: GateDecision) -> GateResult:
    model = ComparedBundle("1.0.0", "0" * 64)
    return GateResult("digits", decision, 0.05, 0.5, None, model, None, None, None)


@pytest.mark.parametrize(
    "verdict, code", [(Verdict.PROMOTE, 0), (Verdict.KEEP, 0), (Verdict.BLOCK, 1)]
)
def test_the_relay_reads_the_verdict_of_a_real_pipeline(
    server: ForgeServer, clone: Path, tmp_path: Path, verdict: Verdict, code: int
) -> None:
    """With a read_api token, from the file that the gate writes, whether its job failed or not."""
    decision = GateDecision(verdict, ("a reason", "with figures"))
    text = write(_result(decision), tmp_path).read_text("utf-8")
    folder = "artifacts/digits/gate"
    pipeline = (
        f"gate: {{script: [mkdir -p {folder}, cp gate.json {folder}/, exit {code}], "
        f"artifacts: {{when: always, paths: [{folder}/]}}}}\n"
    )
    git(clone, "checkout", "--quiet", "-B", verdict, "origin/main")
    commit(clone, {".gitlab-ci.yml": pipeline, "gate.json": text})
    git(clone, "push", "--quiet", "--force", "origin", verdict)
    server.settle()
    relay = GitlabPipelines(
        server.url, project=PROJECT, ref="main", trigger_token="", read_token=READ, timeout=10
    )
    found = relay.conclusion(int(server.newest(ref=verdict)["id"]), "digits")
    assert found == AuditEntry(AuditEvent(verdict), "a reason; with figures")


def test_the_relay_looks_where_the_retrain_pipeline_puts_it() -> None:
    """The job's name and its artifacts are those of ci/retrain.yml, kept when it fails too."""
    job = yaml.safe_load((ROOT / "ci/retrain.yml").read_text("utf-8"))[GATE]
    kept = [path.replace("*", "digits") for path in job["artifacts"]["paths"]]
    path, _, name = GATE_FILE.format(model="digits").rpartition("/")
    assert (f"{path}/" in kept, name, job["artifacts"]["when"]) == (True, FILE, "always")
