"""A static check of the pipeline's file at a commit, like GitLab's CI lint."""

import shutil
import tempfile
from pathlib import Path

from demo.forge.ci.compile import FILE
from demo.forge.ci.inputs import apply_inputs
from demo.forge.ci.pipeline_creation import Pipelines
from demo.forge.ci.tool import Workplace
from demo.forge.errors import PipelineRefused

NO_FILE = f"Please provide content of {FILE}"


def lint(pipelines: Pipelines, sha: str) -> list[str]:
    """Return what is wrong with the file and what it includes, its inputs at their defaults."""
    folder = Path(tempfile.mkdtemp(prefix="lint-", dir=pipelines.root))
    place = Workplace(folder / "checkout", folder / "state", {})
    try:
        origin = f"{pipelines.url}/{pipelines.config.project}.git"
        pipelines.checkouts.take(place.checkout, sha, origin=origin)
        source = place.checkout / FILE
        if not source.is_file():
            return [NO_FILE]
        place.state.mkdir()
        file = place.state / FILE
        file.write_text(apply_inputs(source.read_text(), {}))
        pipelines.tool.read(place, file=file, changes=False)
    except PipelineRefused as refusal:
        return refusal.reasons
    finally:
        pipelines.checkouts.give_back(place.checkout)
        shutil.rmtree(folder)
    return []
