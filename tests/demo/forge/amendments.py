"""What is amended in GitLab's schemas before answers are held against them, and why.

A schema of GitLab's may have slips, and may be older than the answer. "Younger" names the entity
in GitLab's lib/api/entities that has what the schema lacks.
"""

from collections.abc import Mapping

from tests.demo.forge.json_schemas import (
    ANY,
    FLAG,
    MAYBE_FLAG,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    Json,
    listed,
    of,
    ref,
)

V4 = "public_api/v4"
MODEL_VERSION = {"$ref": "get_model_version.json#/properties/model_version"}
PIPELINE = of(iid=NUMBER, project_id=NUMBER, source=TEXT, created_at=TEXT, updated_at=TEXT)
# What the settings of the project are called in project.rb and project_with_access.rb.
PROJECT_SETTINGS = {
    **dict.fromkeys(
        ("archived", "packages_enabled", "jobs_enabled", "shared_runners_enabled", "public_jobs")
        + ("only_allow_merge_if_pipeline_succeeds", "group_runners_enabled")
        + ("restrict_user_defined_variables", "ci_push_repository_for_job_token_allowed")
        + ("ci_allow_fork_pipelines_to_run_in_parent_project", "ci_separated_caches")
        + ("protect_merge_request_pipelines",),
        FLAG,
    ),
    **dict.fromkeys(
        ("visibility", "builds_access_level", "merge_requests_access_level", "squash_option")
        + ("container_registry_access_level", "model_registry_access_level", "merge_method")
        + ("build_git_strategy", "auto_cancel_pending_pipelines")
        + ("ci_pipeline_variables_minimum_override_role",),
        TEXT,
    ),
    "allow_merge_on_skipped_pipeline": MAYBE_FLAG,
    "build_timeout": NUMBER,
    "ci_default_git_depth": NUMBER,
    "permissions": of(
        project_access=of(access_level=NUMBER, notification_level=NUMBER), group_access=ANY
    ),
}
DIFF_REFS = of(base_sha=MAYBE_TEXT, head_sha=TEXT, start_sha=MAYBE_TEXT)
HEAD_PIPELINE = {"oneOf": [{"type": "null"}, ref(f"{V4}/pipeline/detail.json")]}

# RFC 7396 patches of single schemas. Each line says what is wrong with the schema; entities are
# those of GitLab's lib/api/entities.
AMENDED: Mapping[str, Json] = {
    # Checks nothing: its properties stand under `model`, the answer has `registered_model`.
    "ml/get_model.json": {
        "properties": {
            "registered_model": {"$ref": "#/properties/model"},
            "model": {"properties": {"latest_versions": listed(MODEL_VERSION)}},
        }
    },
    "pipeline_schedule.json": {
        "properties": {
            # A format given as a type.
            "owner": {"properties": {"avatar_url": {"type": "string"}, "web_url": TEXT}},
            # Younger than the schema, in ci/pipeline_schedule.rb.
            "inputs": listed(of(name=TEXT, value=ANY)),
            # Younger than the schema, in ci/pipeline_basic.rb.
            "last_pipeline": {"properties": {"iid": NUMBER, "source": TEXT}},
        }
    },
    # Younger than the schema, in ci/variable.rb.
    "pipeline_schedule_variable.json": {"properties": {"raw": FLAG}},
    # An entity of the Enterprise Edition adds it.
    "protected_branch.json": {"properties": {"code_owner_approval_required": FLAG}},
    # Younger than the schema, in user_basic.rb and member.rb.
    f"{V4}/members.json": {
        "items": {
            "properties": {"locked": FLAG, "membership_state": TEXT, "created_at": MAYBE_TEXT}
        }
    },
    # Forgets what job_basic.rb shows of a failed job; `project` lacks the word `properties`.
    f"{V4}/job.json": {
        "properties": {
            "failure_reason": TEXT,
            "project": {"properties": {"ci_job_token_scope_enabled": FLAG}},
        }
    },
    f"{V4}/merge_request.json": {
        "properties": {
            # These stand at the wrong level, so the schema does not check them.
            "head_pipeline": HEAD_PIPELINE,
            "references": of(short=TEXT, relative=TEXT, full=TEXT),
            "time_stats": of(
                time_estimate=NUMBER,
                total_time_spent=NUMBER,
                human_time_estimate=MAYBE_TEXT,
                human_total_time_spent=MAYBE_TEXT,
            ),
            # Younger than the schema, in merge_request_basic.rb and merge_request.rb.
            "draft": FLAG,
            "detailed_merge_status": TEXT,
            "has_conflicts": FLAG,
            "squash_commit_sha": MAYBE_TEXT,
            "task_completion_status": of(count=NUMBER, completed_count=NUMBER),
            "diff_refs": DIFF_REFS,
        }
    },
    # Younger than the schema, in note.rb.
    f"{V4}/notes.json": {"items": {"properties": {"project_id": NUMBER}}},
    # Of ci/pipeline_basic.rb it names what must be there only; `name` is of the list.
    f"{V4}/pipeline/basic.json": {"properties": {**PIPELINE["properties"], "name": MAYBE_TEXT}},
    # Holds the basic part only, and forbids what project.rb adds.
    f"{V4}/project.json": {
        "properties": {
            **PROJECT_SETTINGS,
            "namespace": {"properties": {"avatar_url": MAYBE_TEXT, "web_url": TEXT}},
        }
    },
    # Older than ci/runner.rb, which shows no address any more; the rest is of runner_details.rb.
    f"{V4}/runner.json": {
        "properties": {
            "ip_address": {"type": "null"},
            "paused": FLAG,
            "runner_type": TEXT,
            "tag_list": listed(TEXT),
            "run_untagged": FLAG,
            "locked": FLAG,
            "maximum_timeout": {"type": ["integer", "null"]},
            "access_level": TEXT,
        }
    },
    # A slip of the pen, "string "; `bot` is in user.rb.
    f"{V4}/user/public.json": {"properties": {"twitter": TEXT, "bot": FLAG}},
    f"{V4}/pipeline/detail.json": {
        "properties": {
            # It lets any object pass, by a careless `anyOf`.
            "user": ref(f"{V4}/user/basic.json"),
            # Younger than the schema, in ci/pipeline.rb.
            "queued_duration": {"type": ["integer", "null"]},
        }
    },
}
