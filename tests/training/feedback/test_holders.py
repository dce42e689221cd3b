"""Whoever was erased, the versions that were trained on their rows before are listed."""

import subprocess
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.training.bad_data import feedback, with_values
from training.errors import BadParameter, CollectRefused
from training.feedback import holders
from training.feedback.holders import dvc_read

ANNA = "a" * 64
POINTER = Path("data", "toy", "feedback.parquet.dvc")


def git(root: Path, *arguments: str) -> str:
    """Run git as somebody."""
    identity = ("-c", "user.name=x", "-c", "user.email=x@x", "-c", "tag.gpgSign=false")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_versions_that_hold_a_subject_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With their tags, rows and commits; those from before, after, and of others are not."""
    git(tmp_path, "init", "--quiet")
    files: dict[str, bytes] = {}
    rows = feedback(20)
    tables = {
        "1.0.0": rows.drop_columns(["subject"]),
        "1.1.0": with_values(rows, "subject", {1: ANNA, 7: ANNA, 8: "b" * 64}),
        "1.2.0": rows,
    }
    for version, table in tables.items():
        (tmp_path / POINTER).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / POINTER).write_text(version)
        git(tmp_path, "add", "data")
        git(tmp_path, "commit", "--quiet", "-m", version)
        out = pyarrow.BufferOutputStream()
        pyarrow.parquet.write_table(table, out)
        files[git(tmp_path, "rev-parse", "HEAD")] = out.getvalue().to_pybytes()
        git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "something else")
        git(tmp_path, "tag", f"toy@v{version}")
    commit = list(files)[1]
    options = ["--task=toy", f"--subject={ANNA}"]
    holders.main(options, root=tmp_path, read=lambda _, at: files[at], tasks=["toy"])
    assert capsys.readouterr().out == f"{commit[:12]}: 2 rows; toy@v1.1.0\n"
    nobody = ["--task=toy", f"--subject={'c' * 64}"]
    holders.main(nobody, root=tmp_path, read=lambda _, at: files[at], tasks=["toy"])
    assert capsys.readouterr().out == "no version holds rows of this subject\n"

    def gone(_: Path, at: str) -> bytes:
        if at != commit:
            raise CollectRefused("no such file")
        return files[at]

    holders.main(options, root=tmp_path, read=gone, tasks=["toy"])
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 3 and f"{commit[:12]}: 2 rows; toy@v1.1.0" in said
    assert sum("gone or out of reach (no such file); toy@v1." in line for line in said) == 2
    holders.main(nobody, root=tmp_path, read=gone, tasks=["toy"])
    assert "no version that can be read holds rows of this subject" in capsys.readouterr().out


def test_a_mistyped_pseudonym_is_refused(tmp_path: Path) -> None:
    """Nobody is found under it, which would read as if all were well."""
    with pytest.raises(BadParameter, match="--subject.*64 hexadecimal digits"):
        holders.main(["--task=toy", f"--subject={ANNA[:-1]}"], root=tmp_path, tasks=["toy"])


def test_a_version_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown version may hold anybody, so it is no answer that nobody is found."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CollectRefused, match="feedback.parquet of 0123: DVC cannot read it"):
        dvc_read(Path("data", "toy", "feedback.parquet"), "0123")
