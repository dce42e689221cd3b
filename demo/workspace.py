"""The demo's folder: a copy of the working tree as a repository, and the programs' files."""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from demo.errors import FolderInUse
from demo.processes import free_port
from demo.project import configuration
from demo.quick_rules import quick_rules
from demo.task import TASK, require_task
from demo.watch import Addresses
from monitoring.alertmanager_config import alertmanager_config
from monitoring.prometheus_config import prometheus_config
from perennial.http import key_file
from perennial.http.keys import METRICS, PREDICT, TRUSTED_FEEDBACK, Entry, Key, digest
from training.task.changes import OWN
from training.task.files import data_folder
from training.task.removal import remove

PROJECT = "perennial/perennial"
MARKER = ".made-by-the-demo"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Secrets:
    """The tokens of one run; new for each run."""

    api: str
    read: str
    trigger: str
    webhook: str
    client: str
    scrape: str
    verify: str

    @classmethod
    def new(cls) -> "Secrets":
        """Return fresh random tokens."""
        names = ("api", "read", "trigger", "hook", "client", "scrape", "verify")
        return cls(*(f"{name}-{secrets.token_hex(12)}" for name in names))

    def service_keys(self) -> str:
        """Return the file of the service's API keys; labellers of the demo are trusted."""
        holders = {
            "client": (self.client, (PREDICT, TRUSTED_FEEDBACK)),
            "prometheus": (self.scrape, (METRICS,)),
            "pipeline": (self.verify, (PREDICT,)),
        }
        return key_file.render(
            Entry(Key(name, frozenset(roles)), digest(secret))
            for name, (secret, roles) in holders.items()
        )


@dataclass(frozen=True)
class Ports:
    """A free port for each program."""

    service: int
    prometheus: int
    alertmanager: int
    relay: int
    forge: int

    @classmethod
    def free(cls) -> "Ports":
        """Choose them."""
        return cls(*(free_port() for _ in range(5)))


class Workspace:
    """Folders, addresses and environments of one run of one task, all under `out`."""

    def __init__(self, out: Path, task: str = TASK) -> None:
        self.task = task
        self.out = out.resolve()
        self.logs = self.out / "logs"
        self.checkout = self.out / "checkout"
        self.bundles = self.out / "bundles"
        self.state = self.out / "state"
        self.dvc_remote = self.out / "dvc-remote"
        self.dvc_review = self.out / "dvc-review"
        self.secrets = Secrets.new()
        self.ports = Ports.free()
        self.copied_rows = False  # whether the task's rows are a file that git does not have

    @property
    def addresses(self) -> Addresses:
        """The addresses of the programs."""
        return Addresses(
            service=f"http://127.0.0.1:{self.ports.service}",
            prometheus=f"http://127.0.0.1:{self.ports.prometheus}",
            relay=f"http://127.0.0.1:{self.ports.relay}",
            forge=f"http://127.0.0.1:{self.ports.forge}",
            project=PROJECT,
            token=self.secrets.api,
            service_key=self.secrets.client,
        )

    @property
    def rows(self) -> Path:
        """The file of the task's own rows, for a task that has one."""
        return self.checkout / rows_file(self.task)

    @property
    def bundle(self) -> Path:
        """The bundle that was trained in the checkout: the first version."""
        return self.checkout / "artifacts" / self.task / "bundle"

    @property
    def service_keys(self) -> Path:
        """The file of the service's API keys."""
        return self.state / "keys"

    @property
    def database_url(self) -> str:
        """The service's database."""
        return f"sqlite:///{self.state / 'perennial.db'}"

    def __enter__(self) -> "Workspace":
        """Empty the folder and create its subfolders; only files of an earlier run are deleted.

        Raises FolderInUse if the folder has other files or another demo runs in it, TaskMissing.
        """
        require_task(ROOT, self.task)
        marker = self.out / MARKER
        if self.out.exists() and any(self.out.iterdir()) and not marker.exists():
            raise FolderInUse(self.out, "is not empty and was not made by the demo")
        self.out.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(marker, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise FolderInUse(self.out, "is in use by another demo") from error
        for entry in self.out.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry != marker:
                entry.unlink()
        for folder in (self.logs, self.bundles, self.state, self.dvc_remote, self.dvc_review):
            folder.mkdir(parents=True)
        copy_tree(ROOT, self.checkout, task=self.task)
        self._copy_rows()
        self._write_configs()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def environment(self) -> dict[str, str]:
        """Return every program's environment; only the path and the language are the user's."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
            "HOME": str(self.state),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.state / "dvc"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }

    def job_variables(self) -> dict[str, str]:
        """Return the project's CI/CD variables, as an administrator would set them on GitLab."""
        return {
            "REPO_TOKEN": self.secrets.api,
            "DVC_REMOTE_URL": str(self.dvc_remote),
            "DVC_REVIEW_URL": str(self.dvc_review),
            "PERENNIAL_DATABASE_URL": self.database_url,
            "PERENNIAL_BUNDLES": str(self.bundles),
            "PERENNIAL_URL": self.addresses.service,
            "PERENNIAL_API_KEY": self.secrets.verify,
            "AUTO_MERGE": "true",
        }

    def _copy_rows(self) -> None:
        """Copy the task's rows where git does not have them, for DVC to keep."""
        source = ROOT / rows_file(self.task)
        if source.exists() and not self.rows.exists():
            self.rows.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, self.rows)
            self.copied_rows = True

    def _write_configs(self) -> None:
        """Write the configuration files of the forge, Prometheus and Alertmanager."""
        here = self.state
        quick_rules(self.checkout, here / "rules")
        (here / "forge.json").write_text(json.dumps(self._forge(), indent=2))
        (here / "webhook-token").write_text(self.secrets.webhook)
        (here / "scrape-key").write_text(self.secrets.scrape)
        self.service_keys.write_text(self.secrets.service_keys())
        prometheus = prometheus_config(
            service=[f"127.0.0.1:{self.ports.service}"],
            relay=[f"127.0.0.1:{self.ports.relay}"],
            alertmanager=[f"127.0.0.1:{self.ports.alertmanager}"],
            rules=[str(here / "rules" / "*.rules.yml")],
            interval="2s",
            evaluation="5s",  # the rules take more of the machine than all else that waits
            service_key_file=str(here / "scrape-key"),
        )
        (here / "prometheus.yml").write_text(yaml.safe_dump(prometheus))
        alertmanager = alertmanager_config(
            relay_url=f"{self.addresses.relay}/alerts",
            credentials_file=str(here / "webhook-token"),
            group_wait="1s",
            group_interval="10s",
        )
        (here / "alertmanager.yml").write_text(yaml.safe_dump(alertmanager))

    def _forge(self) -> dict[str, object]:
        secrets = self.secrets
        project = configuration(
            path=PROJECT,
            api=secrets.api,
            read=secrets.read,
            trigger=secrets.trigger,
            variables=self.job_variables(),
        )
        return {
            **project,
            "gitlab_ci_local": str(ROOT / "node_modules" / ".bin" / "gitlab-ci-local"),
            "runner": {**self.environment(), "VENV": str(Path(sys.prefix))},
        }


def rows_file(task: str) -> Path:
    """Return the file of a task's own rows, from the repository's root."""
    return data_folder(task) / "rows.parquet"


def copy_tree(source: Path, target: Path, *, task: str | None = None) -> None:
    """Copy a working tree, with uncommitted but without ignored files, to a new repository.

    task: leave all other tasks out, and the rows that this one has collected, which git does not
    have; with an empty name, all tasks.

    The source, its index and its history are only read.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = [name for name in listed.split("\0") if (source / name).is_file()]
    for name in names:
        if task is None or not _collected(name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=target, check=True)

    git("init", "--quiet", "--initial-branch", "main")
    git("config", "user.name", "Perennial demo")
    git("config", "user.email", "demo@localhost")
    git("add", "--all")
    owners = {own[1] for name in names if (own := OWN.match(name))}
    for other in owners - {task} if task is not None else ():
        remove(other, target)
    git("add", "--all")
    git("commit", "--quiet", "--message", "Start from the working tree")


def _collected(name: str) -> bool:
    """Tell whether a file stands for rows that a task has collected.

    >>> _collected("data/news/feedback.parquet.dvc"), _collected("data/news/rows.parquet.dvc")
    (True, False)
    """
    return OWN.match(name) is not None and name.endswith("/feedback.parquet.dvc")
