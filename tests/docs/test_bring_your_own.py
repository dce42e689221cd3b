"""docs/bring-your-own.md, followed by its commands alone, leads from a file to a second version."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from demo.processes import free_port
from demo.workspace import copy_tree
from tests.docs.environment import ROOT
from tests.docs.strange_files import ALL, Strange, contracts
from training.registry.champion import ask

TEXT = (ROOT / "docs" / "bring-your-own.md").read_text(encoding="utf-8")
MAKE = (ROOT / "Makefile").read_text(encoding="utf-8")
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
VARIABLE = re.compile(r"\b([A-Z]{3,})=")


def blocks() -> list[str]:
    """Return the guide's commands, a block each."""
    return [found[1] for found in BLOCK.finditer(TEXT)]


def block(command: str) -> str:
    """Return the block that begins with a command."""
    return next(found for found in blocks() if found.startswith(command))


def test_the_guide_names_verbs_and_variables_that_there_are() -> None:
    """Each `make` of the guide is a target, and its recipe reads every variable that is given."""
    commands = [*blocks(), *re.findall(r"`(make [^`\n]+)`", TEXT)]
    used = re.findall(r"make ([a-z-]+)((?: [A-Z]+=\S+)*)", "\n".join(commands))
    assert len(used) > 5
    for verb, given in used:
        recipe = re.search(rf"^{verb}: [^\n]*\n((?:\t[^\n]*\n)*)", MAKE, re.MULTILINE)
        assert recipe, verb
        for name in VARIABLE.findall(given):
            assert re.search(rf"\$\$?\(?{name}\b", recipe[1]), (verb, name)
    named = set(re.findall(r"^\| `([A-Z`, ]+)` \|", TEXT, re.MULTILINE))
    assert {name for names in named for name in names.split("`, `")} == set(
        re.findall(r"\$\$([A-Z]+)", MAKE.partition("\ntask: ")[2].partition("\n\n")[0])
    )


class Newcomer:
    """Somebody who runs the guide's commands in a copy of the tree."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.url = f"http://127.0.0.1:{port}"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        theirs = {name: os.environ[name] for name in os.environ if "PERENNIAL" not in name}
        self.environment = {**theirs, "PATH": path, "DVC_NO_ANALYTICS": "1"}
        self.environment |= {"PERENNIAL_BUNDLES": "var/bundles", "PERENNIAL_PORT": str(port)}
        self.environment |= {"VENV": str(Path(sys.prefix))}

    def run(self, commands: str) -> str:
        """Run commands as a shell does; return what they print."""
        done = subprocess.run(
            ["sh", "-ec", commands],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Have the service run."""
        program = subprocess.Popen(
            [sys.executable, "-m", "service"], cwd=self.root, env=self.environment
        )
        try:
            self.wait_for("1.0.0")
            yield
        finally:
            program.terminate()
            program.wait(timeout=30)

    def wait_for(self, version: str) -> None:
        """Wait until the service serves a version."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError):  # nothing listens yet
                if ask(f"{self.url}/model")["manifest"]["version"] == version:
                    return
            time.sleep(0.2)
        raise AssertionError(f"version {version} does not serve")


@pytest.mark.nightly
@pytest.mark.parametrize("made", ALL, ids=lambda made: made.__name__)
def test_the_guide_closes_the_loop_for_files_nobody_has_seen(
    tmp_path: Path, made: Callable[[Path], Strange]
) -> None:
    """From the file to a bundle that serves, to labels, to a version that learned from them."""
    strange = made(tmp_path)
    copy_tree(ROOT, tmp_path / "clone", task="")
    newcomer = Newcomer(tmp_path / "clone", free_port())
    first = block("make task").partition("\n")[0]
    given = f"{strange.more} FILE='{strange.first}' TARGET='{strange.target}'"
    first = first.replace("OUTPUT=classes FILE=rows.csv TARGET=churned", given)
    said = newcomer.run(first)
    assert "What to look at:" in said and "docs/bring-your-own.md goes on from here" in said
    newcomer.run(block("git switch -c churn"))
    newcomer.run(block("PERENNIAL_BUNDLES").partition(" && make serve")[0])
    with newcomer.serving():
        newcomer.run(block("curl").replace("http://localhost:8000", newcomer.url))
        send = block("make send").replace("FILE=next.csv", f"FILE='{strange.later}'")
        send = send.replace("TARGET=churned", f"TARGET='{strange.target}'")
        sent = newcomer.run(send.replace("RATE=100", f"RATE=1000 URL={newcomer.url}"))
        assert "2,000 rows sent" in sent and "2,000 labels" in sent
        retrained = newcomer.run(block("git switch -c retrain-churn"))
        assert "\npromote: a significant gain on fresh rows" in retrained
        newcomer.run(block("git add -u"))
        assert newcomer.run("git status --porcelain") == ""
        newcomer.wait_for("1.1.0")
        better = newcomer.run(send.replace("RATE=100", f"RATE=1000 URL={newcomer.url}"))
    assert _loss(better) < _loss(sent)


@pytest.mark.nightly
def test_the_guide_puts_back_what_the_gate_keeps(tmp_path: Path) -> None:
    """After a retrain that is not promoted, the tree and DVC's files are as before it."""
    strange = contracts(tmp_path)
    copy_tree(ROOT, tmp_path / "clone", task="")
    newcomer = Newcomer(tmp_path / "clone", free_port())
    first = block("make task").replace("rows.csv", f"'{strange.first}'")
    newcomer.run(first.partition("\n")[0].replace("churned", f"'{strange.target}'"))
    newcomer.run(block("git switch -c churn"))
    newcomer.run("git switch -q -c retrain-churn && echo more >>data/churn/README.md")
    newcomer.run("sed -i 's/seed: 1 /seed: 2 /' training/tasks/churn/params.yaml")
    newcomer.run(
        "echo rows >data/churn/feedback.parquet; echo outs >data/churn/feedback.parquet.dvc"
    )
    newcomer.run("rm -r artifacts/churn/bundle")
    newcomer.run(block("git clean"))
    assert newcomer.run("git status --porcelain; git branch --list 'retrain*'") == ""
    assert "up to date" in newcomer.run("dvc status training/tasks/churn/dvc.yaml")


def _loss(sent: str) -> float:
    """Return the mean loss that `make send` prints at its end."""
    found = re.search(r"mean loss ([\d.e-]+)", sent)
    assert found, sent
    return float(found[1])
