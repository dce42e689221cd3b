"""What may be wrong with the variables of a project on GitLab."""

from tests.training.gitlab.project_check.given import (
    READER,
    Change,
    owner_of,
    variable,
    without_variable,
)

REVIEW, MISSING, WARNING, UNKNOWN = "review/*", "missing", "warning", "cannot tell"
FILE = {"variable_type": "file", "value": "{}"}

# The check that finds it, its status, what is changed, and the words of the finding.
Wrong = tuple[str, str, Change, str]
VARIABLES: list[Wrong] = [
    (
        "REPO_TOKEN, the variable",
        MISSING,
        variable("REPO_TOKEN", REVIEW, protected=True),
        "protected: merge requests",
    ),
    (
        "environments",
        WARNING,
        variable("REPO_TOKEN", "*", value="glpat-x", protected=True, masked=True),
        "REPO_TOKEN has the environment scope *",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        variable("REPO_TOKEN", REVIEW, value="glpat-unknown"),
        "GitLab rejects REPO_TOKEN: 401",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        variable("REPO_TOKEN", REVIEW, value="glpat-\u00e9"),
        "its value is not of printable ASCII",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        variable("REPO_TOKEN", REVIEW, value=READER),
        "lacks the scope api and write_repository",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        owner_of("perennial", role=40),
        "its role is Maintainer, and every job of a merge request can read it",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        owner_of("perennial", role=20),
        "its jobs need Developer",
    ),
    (
        "REPO_TOKEN of merge requests",
        WARNING,
        owner_of("perennial", expires_at="2026-12-10"),
        "it expires on 2026-12-10",
    ),
    (
        "REPO_TOKEN of merge requests",
        WARNING,
        owner_of("perennial", bot=False),
        "it belongs to a person, perennial",
    ),
    (
        "REPO_TOKEN of merge requests",
        UNKNOWN,
        variable("REPO_TOKEN", REVIEW, hidden=True),
        "does not show",
    ),
    (
        "REPO_TOKEN of main's jobs",
        MISSING,
        without_variable("REPO_TOKEN", "proposals"),
        "proposals: REPO_TOKEN is not set",
    ),
    (
        "REPO_TOKEN of main's jobs",
        MISSING,
        without_variable("REPO_TOKEN", "registry"),
        "registry: REPO_TOKEN is not set",
    ),
    ("protected variables", MISSING, variable("REPO_TOKEN", "proposals", protected=False), "of pr"),
    ("DVC_REMOTE_URL", MISSING, without_variable("DVC_REMOTE_URL"), "lost after the job"),
    ("DVC_REMOTE_URL", MISSING, variable("DVC_REMOTE_URL", value="/srv/dvc"), "several runners"),
    ("DVC_REVIEW_URL", WARNING, without_variable("DVC_REVIEW_URL"), "that main reads"),
    (
        "DVC_REVIEW_URL",
        WARNING,
        variable("DVC_REVIEW_URL", value="s3://models/perennial/"),
        "it lies in DVC_REMOTE_URL",
    ),
    (
        "DVC_REVIEW_URL",
        WARNING,
        variable("DVC_REVIEW_URL", value="s3://models/perennial/review"),
        "it lies in DVC_REMOTE_URL",
    ),
    (
        "credentials of the remote",
        MISSING,
        variable("DVC_SSH_KEY", "*", protected=True, **FILE),
        "there is no DVC_SSH_KEY of review/model",
    ),
    (
        "credentials of the remote",
        MISSING,
        variable("DVC_SSH_KEY", "review/model", **FILE),
        "there is no DVC_SSH_KEY for main's jobs",
    ),
    (
        "protected variables",
        MISSING,
        variable("AWS_SESSION_TOKEN", "*", value="x", masked=True),
        "merge requests see AWS_SESSION_TOKEN",
    ),
    (
        "PERENNIAL_DATABASE_URL",
        MISSING,
        without_variable("PERENNIAL_DATABASE_URL"),
        "no labels",
    ),
    (
        "environments",
        WARNING,
        variable("PERENNIAL_DATABASE_URL", environment_scope="*"),
        "PERENNIAL_DATABASE_URL has the environment scope *, not labels",
    ),
    (
        "environments",
        WARNING,
        variable("PERENNIAL_BUNDLES", environment_scope="*"),
        "PERENNIAL_BUNDLES has the environment scope *, not production",
    ),
    ("deployment", MISSING, without_variable("PERENNIAL_BUNDLES"), "not set in the project"),
    ("what pipelines set", MISSING, variable("TASK", value="x"), "TASK: overrides in every"),
    ("secrets", MISSING, variable("REPO_TOKEN", REVIEW, masked=False), "not masked: REPO_TOKEN"),
    (
        "secrets",
        MISSING,
        variable("PERENNIAL_DATABASE_URL", masked=False),
        "not masked: PERENNIAL_DATABASE_URL",
    ),
    (
        "files",
        MISSING,
        variable("DVC_SSH_KNOWN_HOSTS", value="x"),
        "DVC_SSH_KNOWN_HOSTS is not a file",
    ),
    (
        "values with a $",
        WARNING,
        variable("PERENNIAL_URL", value="http://a$b"),
        "PERENNIAL_URL",
    ),
    ("images", WARNING, variable("PYTHON_IMAGE", value="python:3.11"), "PYTHON_IMAGE: by a tag"),
    ("images", WARNING, without_variable("CML_IMAGE"), "CML_IMAGE: by a tag"),
    ("images", WARNING, variable("TRAIN_IMAGE", value="cuda:13"), "TRAIN_IMAGE: by a tag"),
    (
        "switches",
        MISSING,
        variable("AUTO_MERGE", value="True", protected=True),
        "AUTO_MERGE: got 'True', expected true",
    ),
] + [
    (
        "protected variables",
        MISSING,
        variable(name, protected=False, **more),
        f"jobs of merge requests see {name}",
    )
    for name, more in (
        ("PERENNIAL_DATABASE_URL", {}),
        ("PERENNIAL_BUNDLES", {}),
        ("PERENNIAL_URL", {}),
        ("AUTO_MERGE", {"value": "true"}),
        ("MODEL_REGISTRY", {"value": "true"}),
        ("DEPLOY_TARGET", {"value": "local", "environment_scope": "production"}),
    )
]
