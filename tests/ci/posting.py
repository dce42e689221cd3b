"""Posting a report as a job does: ci/comment, with one of three programs, to a forge."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.workspace import ROOT
from tests.demo.forge.fixtures import API, DEVELOPER, PROJECT, ForgeServer, commit, git
from training.gitlab.note import marker

STAND_IN = Path(__file__).with_name("cml_stand_in.py")
REPORT = """\
<!-- perennial-report: {task} -->

# Report {text}

**Keep**: no significant difference, accuracy 0.981, +0.2 points (−0.4 to +0.8), p = 0.61.

| metric | main | this | difference | 95 % interval |
|---|--:|--:|--:|---|
| `macro_f1` | 0.98 | 0.98 | +0.001 | −0.004 to +0.006 |
| accuracy of "3" \\\\| "8" | 0.97 | 0.96 | −0.010 | \\[−0.02, 0.00] |

![Accuracy per epoch, main in grey](curves.png)

![Confusion matrix](confusion.png "Rows are true") and [elsewhere](https://example.org/a_b?x=1&y=2)

*   learning rate `0.001` → `0.002`
*   rows 1,437 → 1,797
    *   of which drifted: 360

<details><summary>Everything else</summary>

```text
a_b * [x] <y> & ~z
```

| sample | label |
|---|---|
| `<b> & [x](y) *z* \\| _w_` | 3 |

![Accuracy per epoch, again](curves.png)

</details>

<!-- perennial-bundle: 9f2c{text} -->
"""


@dataclass
class Posting:
    """A merge request on a forge, a report folder, and the folder with a cml program, if any."""

    server: ForgeServer
    iid: int
    branch: str
    report: Path
    programs: Path

    def write(self, text: str, task: str = "digits") -> None:
        """Write a report with two images."""
        (self.report / "report.md").write_text(REPORT.format(task=task, text=text))
        for name in ("curves.png", "confusion.png"):
            (self.report / name).write_bytes(b"\x89PNG\r\n\x1a\n" + name.encode())

    def push(self, text: str) -> str:
        """Push a commit to the merge request's branch."""
        clone = self.server.folder / "clone"
        git(clone, "checkout", "--quiet", self.branch)
        sha = commit(clone, {"change.txt": text})
        git(clone, "push", "--quiet", "origin", self.branch)
        return sha

    def comment(self, task: str = "digits", **more: str) -> subprocess.CompletedProcess[str]:
        """Run ci/comment with a job's variables."""
        folders = (self.programs, Path(sys.executable).parent, "/usr/local/bin", "/usr/bin", "/bin")
        environment = self.variables() | {"PATH": os.pathsep.join(map(str, folders))} | more
        command = [str(ROOT / "ci" / "comment"), task, str(self.report)]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
        )

    def variables(self) -> dict[str, str]:
        """Return what GitLab sets in a job of the merge request's pipeline."""
        url = self.server.url
        return {
            "CI": "true",
            "CI_API_V4_URL": f"{url}/api/v4",
            "CI_COMMIT_SHA": git(self.server.folder / "clone", "rev-parse", "HEAD").stdout.strip(),
            "CI_JOB_ID": "1",
            "CI_MERGE_REQUEST_IID": str(self.iid),
            "CI_PIPELINE_ID": "1",
            "CI_PROJECT_ID": "1",
            "CI_PROJECT_URL": f"{url}/{PROJECT}",
            "CI_SERVER_URL": url,
            "REPO_TOKEN": DEVELOPER,
        }

    def say(self, text: str, token: str = API) -> int:
        """Write a note on the merge request, somebody else's unless told."""
        path = f"/merge_requests/{self.iid}/notes"
        return int(self.server.project("POST", path, token, json={"body": text})["id"])

    def notes(self) -> list[dict[str, Any]]:
        """Return the notes, oldest first."""
        path, notes = f"/projects/1/merge_requests/{self.iid}/notes", []
        for page in range(1, 100):
            params = {"sort": "asc", "per_page": 100, "page": page}
            found = self.server.call("GET", path, params=params).json()
            notes += found
            if len(found) < 100:
                break
        return notes

    def reports(self, task: str = "digits") -> list[dict[str, Any]]:
        """Return the notes that are the task's report."""
        return [note for note in self.notes() if note["body"].startswith(marker(task))]


def program(kind: str, folder: Path) -> Path:
    """Return a folder for the PATH: with CML's stand-in, with the real one, or without any.

    kind: "stand-in", "real" (the environment names the program) or "fallback".
    """
    folder.mkdir()
    target = {"stand-in": f"{sys.executable} {STAND_IN}", "real": os.environ.get("PERENNIAL_CML")}
    if kind in target:
        (folder / "cml").write_text(f'#!/bin/sh\nexec {target[kind]} "$@"\n')
        (folder / "cml").chmod(0o755)
    return folder


def normalised(body: str) -> str:
    """Return a note's text without what differs: uploads' addresses, and CML's watermark."""
    text = re.sub(r"/uploads/[0-9a-f]{32}/", "/uploads/", body)
    return re.sub(r"\n!\[\]\(https://cml\.dev/[^)]*\)\n$", "", text)
