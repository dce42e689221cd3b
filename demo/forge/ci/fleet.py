"""The runners that the project may use, and which of them may take a job.

Source: app/models/ci/runner.rb and app/models/ci/build.rb of GitLab.
"""

from collections.abc import Mapping
from typing import Any

from demo.forge.access import Access
from demo.forge.ci.variables import is_protected
from demo.forge.configuration import Config
from demo.forge.records.job import Job
from demo.forge.records.pipeline import Pipeline

# No registered runner: this machine, where the settings name no runners.
THIS_MACHINE = 0
# The project's setting that lets runners of a kind in.
SWITCHES = {"instance_type": "shared_runners_enabled", "group_type": "group_runners_enabled"}


class Fleet:
    """The registered runners; a runner locked to the project differs in nothing for its jobs."""

    def __init__(self, config: Config, access: Access) -> None:
        self._config = config
        self._access = access

    def choose(self, pipeline: Pipeline, job: Job) -> int | None:
        """Return the number of the first runner that may take a job, from 1; None for none."""
        runners = self._config.settings.runners
        if runners is None:
            return THIS_MACHINE
        protected = is_protected(pipeline, self._access, self._config)
        for number, runner in enumerate(runners, start=1):
            if self._serves(runner) and takes(runner, job, protected=protected):
                return number
        return None

    def stuck(self, pipeline: Pipeline, job: Job) -> str | None:
        """Return why a pending job waits for a runner, as GitLab's page says it, or None."""
        if job.status != "pending" or self.choose(pipeline, job) is not None:
            return None
        if not any(self._serves(runner) for runner in self._config.settings.runners or ()):
            return (
                "This job is stuck because the project doesn't have any runners online assigned "
                "to it."
            )
        return (
            "This job is stuck because of one of the following problems. There are no active "
            "runners online, no runners for the protected branch, or no runners that match all of "
            f"the job's tags: {', '.join(job.spec.tags) or 'none'}"
        )

    def _serves(self, runner: Mapping[str, Any]) -> bool:
        switch = SWITCHES.get(runner["runner_type"])
        allowed = switch is None or self._config.settings.get(switch)
        return bool(allowed and runner["status"] == "online" and not runner["paused"])


def takes(runner: Mapping[str, Any], job: Job, *, protected: bool) -> bool:
    """Tell whether a runner may take a job; protected: the job's branch or tag is."""
    if runner["access_level"] == "ref_protected" and not protected:
        return False
    if not job.spec.tags:
        return bool(runner["run_untagged"])
    return set(job.spec.tags) <= set(runner["tag_list"])
