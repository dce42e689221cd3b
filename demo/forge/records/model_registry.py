"""The project's model registry: models, their versions, and each version's run and files."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo.forge.errors import ApiError

SEMANTIC = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)
MODEL_NAME = re.compile(r"[A-Za-z0-9._@+-][A-Za-z0-9._@+/-]*")
MAX_DESCRIPTION = 10_000
MAX_VALUE = 250
Json = dict[str, Any]


def absent() -> ApiError:
    """MLflow's answer where nothing is found."""
    return ApiError(404, {"error_code": "RESOURCE_DOES_NOT_EXIST"})


def taken() -> ApiError:
    """MLflow's answer where the model's name is taken."""
    return ApiError(400, {"error_code": "RESOURCE_ALREADY_EXISTS"})


def wrong(*messages: str) -> ApiError:
    """MLflow's answer for a value that is not allowed."""
    return ApiError(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": list(messages)})


@dataclass
class Version:
    """A version of a model; it is a run as well.

    id: GitLab's own number, which MLflow's `version` gives; the semantic one is an alias.
    experiment: number of the model's own experiment.  user_id: who created it.
    """

    id: int
    run: str
    model: str
    version: str
    description: str
    created_at: datetime
    experiment: int
    user_id: int
    tags: dict[str, str]
    metrics: list[Json] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    run_tags: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Model:
    """A model; experiment and user_id as in Version."""

    name: str
    description: str
    created_at: datetime
    experiment: int
    user_id: int
    versions: dict[str, Version] = field(default_factory=dict)


class ModelRegistry:
    """Every model of the project. Every method raises ApiError with what GitLab answers."""

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}
        self._ids = iter(range(101, 1_000_000))

    def model(self, name: str) -> Model:
        """Find a model."""
        if name not in self._models:
            raise absent()
        return self._models[name]

    def create_model(self, name: str, description: str, *, at: datetime, user_id: int) -> Model:
        """Create a model; whatever is wrong, GitLab answers that the model exists."""
        right = MODEL_NAME.fullmatch(name) and len(name) <= 255
        if name in self._models or not right or len(description) > MAX_DESCRIPTION:
            raise taken()
        self._models[name] = Model(name, description, at, len(self._models) + 1, user_id)
        return self._models[name]

    def version(self, name: str, version: str) -> Version:
        """Find a version by its semantic number."""
        found = self.model(name).versions.get(version)
        if found is None:
            raise absent()
        return found

    def create_version(
        self,
        name: str,
        version: str,
        description: str,
        tags: dict[str, str],
        *,
        at: datetime,
        user_id: int,
    ) -> Version:
        """Create a version."""
        model = self.model(name)
        if not SEMANTIC.fullmatch(version):
            raise wrong("Version must be semantic version")
        if version in model.versions:
            raise wrong("Version has already been taken")
        if len(description) > MAX_DESCRIPTION:
            raise wrong(f"Description is too long (maximum is {MAX_DESCRIPTION} characters)")
        if not all(tags):
            raise wrong("Validation failed: Name can't be blank")
        run = str(uuid.uuid4())
        made = Version(
            id=next(self._ids),
            run=run,
            model=name,
            version=version,
            description=description,
            created_at=at,
            experiment=model.experiment,
            user_id=user_id,
            tags=tags,
        )
        model.versions[version] = made
        return made

    def run(self, run: str) -> Version:
        """Find a version by its run."""
        return self._find("run", run)

    def numbered(self, number: int) -> Version:
        """Find a version by GitLab's number."""
        return self._find("id", number)

    def _find(self, name: str, value: object) -> Version:
        for model in self._models.values():
            for version in model.versions.values():
                if getattr(version, name) == value:
                    return version
        raise absent()
