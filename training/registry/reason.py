"""Finds why a version serves: in the gate's verdict, else in git's history."""

from pathlib import Path

from perennial.bundle import Bundle
from perennial.verdicts import Verdict
from training.gate import result as gate
from training.gitlab.git import Repository
from training.task.files import lock_file

# A commit of the retrain pipeline has the verdict with its reasons in a line of its message.
VERDICTS = tuple(f"{verdict}: " for verdict in Verdict)


def reason(repository: Repository, bundle: Bundle, verdict: Path) -> str:
    """Return why this bundle serves: the gate's verdict, else the commit that brought it to main.

    verdict: gate.json, which may be absent or about another bundle.
    """
    lock = lock_file(bundle.manifest.task)
    if verdict.is_file():
        result = gate.read(verdict)
        if result.challenger.digest == bundle.digest:
            return result.decision.line()
    commit = repository.read("log", "-1", "--first-parent", "--format=%H", "--", str(lock))
    commit = commit or repository.read("rev-parse", "HEAD")
    parents = repository.read("show", "--no-patch", "--format=%P", commit).split()
    outside = [f"^{parents[0]}"] if parents else []
    brought = repository.read("log", "--format=%B", commit, *outside).splitlines()
    judged = next((line for line in brought if line.startswith(VERDICTS)), None)
    return judged or _title(repository.read("show", "--no-patch", "--format=%B", commit))


def _title(message: str) -> str:
    """Return the title of a commit; a merge commit's own first line names only branches.

    >>> _title("Merge branch 'a' into 'main'\\n\\nWider filters\\n\\nSee merge request g/p!3")
    'Wider filters (g/p!3)'
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    see = "See merge request "
    request = next((line.removeprefix(see) for line in lines if line.startswith(see)), "")
    own = [line for line in lines if not line.startswith(("Merge branch ", see))]
    title = own[0] if own else lines[0] if lines else "a commit without a message"
    return f"{title} ({request})" if request else title
