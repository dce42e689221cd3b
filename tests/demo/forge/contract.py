"""Which of GitLab's schemas holds the answer to which call of the API."""

from collections.abc import Mapping

from tests.demo.forge.json_schemas import ANY, FLAG, MAYBE_TEXT, NUMBER, TEXT, Json, listed, of, ref

V4 = "public_api/v4"
PROJECT = "/projects/:id"
MLFLOW = f"{PROJECT}/ml/mlflow/api/2.0/mlflow"
REQUESTS = f"{PROJECT}/merge_requests"
SCHEDULES = f"{PROJECT}/pipeline_schedules"
TOKENS = f"{PROJECT}/job_token_scope"

NOTES = ref(f"{V4}/notes.json")
NOTE = {"$ref": f"{NOTES['$ref']}#/items"}
BASIC, DETAIL = ref(f"{V4}/pipeline/basic.json"), ref(f"{V4}/pipeline/detail.json")
REQUEST = ref(f"{V4}/merge_request.json")
SCHEDULE = ref("pipeline_schedule.json")
MODEL, VERSION = ref("ml/get_model.json"), ref("ml/get_model_version.json")

PROTECTED_TAG = of(
    name=TEXT, create_access_levels=listed(ref("entities/protected_ref_access.json"))
)

# Calls whose answers GitLab has a schema for.
WITH_SCHEMA: Mapping[str, Json] = {
    "GET /version": ref(f"{V4}/metadata.json"),
    "GET /user": ref(f"{V4}/user/public.json"),
    f"GET {PROJECT}": ref(f"{V4}/project.json"),
    f"PUT {PROJECT}": ref(f"{V4}/project.json"),
    f"GET {PROJECT}/members/all": ref(f"{V4}/members.json"),
    f"POST {PROJECT}/protected_branches": ref("protected_branch.json"),
    f"POST {PROJECT}/protected_tags": PROTECTED_TAG,
    f"GET {PROJECT}/repository/branches": ref(f"{V4}/branches.json"),
    f"GET {PROJECT}/repository/branches/:branch": ref(f"{V4}/branch.json"),
    f"GET {PROJECT}/runners": listed(ref(f"{V4}/runner.json")),
    "GET /runners/:runner": ref(f"{V4}/runner.json"),
    f"GET {PROJECT}/protected_branches": ref("protected_branches.json"),
    f"GET {PROJECT}/protected_tags": listed(PROTECTED_TAG),
    f"POST {PROJECT}/trigger/pipeline": DETAIL,
    f"GET {PROJECT}/pipelines": listed(BASIC),
    f"POST {PROJECT}/pipeline": DETAIL,
    f"POST {PROJECT}/pipelines/:pipeline/cancel": DETAIL,
    f"GET {PROJECT}/pipelines/:pipeline": DETAIL,
    f"GET {PROJECT}/pipelines/:pipeline/jobs": listed(ref(f"{V4}/job.json")),
    f"GET {PROJECT}/jobs/:job": ref(f"{V4}/job.json"),
    f"GET {SCHEDULES}": ref("pipeline_schedules.json"),
    f"POST {SCHEDULES}": SCHEDULE,
    f"GET {SCHEDULES}/:schedule": SCHEDULE,
    f"PUT {SCHEDULES}/:schedule": SCHEDULE,
    f"POST {SCHEDULES}/:schedule/variables": ref("pipeline_schedule_variable.json"),
    f"GET {REQUESTS}": listed(REQUEST),
    f"POST {REQUESTS}": REQUEST,
    f"GET {REQUESTS}/:iid": REQUEST,
    f"PUT {REQUESTS}/:iid": REQUEST,
    f"PUT {REQUESTS}/:iid/merge": REQUEST,
    f"POST {REQUESTS}/:iid/pipelines": DETAIL,
    f"GET {REQUESTS}/:iid/pipelines": listed(BASIC),
    f"GET {REQUESTS}/:iid/commits": ref(f"{V4}/commits.json"),
    f"GET {REQUESTS}/:iid/notes": NOTES,
    f"POST {REQUESTS}/:iid/notes": NOTE,
    f"GET {REQUESTS}/:iid/notes/:note": NOTE,
    f"PUT {REQUESTS}/:iid/notes/:note": NOTE,
    f"GET {MLFLOW}/registered-models/get": MODEL,
    f"POST {MLFLOW}/registered-models/create": MODEL,
    f"GET {MLFLOW}/model-versions/get": VERSION,
    f"POST {MLFLOW}/model-versions/create": VERSION,
    f"GET {MLFLOW}/runs/get": ref("ml/run.json"),
}
VARIABLE = of(
    variable_type=TEXT,
    key=TEXT,
    value=MAYBE_TEXT,
    hidden=FLAG,
    protected=FLAG,
    masked=FLAG,
    raw=FLAG,
    environment_scope=TEXT,
    description=MAYBE_TEXT,
)
ACCESS_TOKEN = of(
    id=NUMBER,
    name=TEXT,
    description=MAYBE_TEXT,
    revoked=FLAG,
    active=FLAG,
    created_at=TEXT,
    last_used_at=MAYBE_TEXT,
    scopes=listed(TEXT),
    user_id=NUMBER,
    expires_at=MAYBE_TEXT,
)
TRIGGER = of(
    id=NUMBER,
    token=TEXT,
    description=TEXT,
    created_at=TEXT,
    updated_at=TEXT,
    last_used=MAYBE_TEXT,
    expires_at=MAYBE_TEXT,
    owner=ref(f"{V4}/user/basic.json"),
)
# basic_project_details.rb, without what depends on settings.
IN_LIST = of(
    id=NUMBER,
    description=MAYBE_TEXT,
    name=TEXT,
    name_with_namespace=TEXT,
    path=TEXT,
    path_with_namespace=TEXT,
    created_at=TEXT,
    default_branch=TEXT,
    tag_list=listed(TEXT),
    topics=listed(TEXT),
    ssh_url_to_repo=TEXT,
    http_url_to_repo=TEXT,
    web_url=TEXT,
    avatar_url=MAYBE_TEXT,
    star_count=NUMBER,
    last_activity_at=TEXT,
    namespace=ANY,
)
DONE = of(message=TEXT)
# Calls that GitLab has no schema for, with the keys of the entity; None where there is no JSON.
WITHOUT_SCHEMA: Mapping[str, Json | None] = {
    f"POST {PROJECT}/uploads": of(  # project_upload.rb
        id=NUMBER, alt=TEXT, url=TEXT, full_path=TEXT, markdown=TEXT
    ),
    "GET /personal_access_tokens/self": ACCESS_TOKEN,  # personal_access_token.rb
    f"POST {PROJECT}/access_tokens": {  # resource_access_token_with_token.rb
        **ACCESS_TOKEN,
        "properties": {**ACCESS_TOKEN["properties"], "access_level": NUMBER, "token": TEXT},
    },
    "POST /user/runners": of(  # ci/runner_registration_details.rb
        id=NUMBER, token=TEXT, token_expires_at=MAYBE_TEXT
    ),
    f"GET {PROJECT}/members/all/:user": {"$ref": f"{ref(f'{V4}/members.json')['$ref']}#/items"},
    f"POST {PROJECT}/variables": VARIABLE,
    f"POST {PROJECT}/triggers": TRIGGER,
    f"DELETE {PROJECT}/variables/:key": None,
    f"DELETE {PROJECT}/protected_branches/:name": None,
    f"DELETE {PROJECT}/protected_tags/:name": None,
    f"DELETE {PROJECT}/repository/branches/:branch": None,
    f"GET {PROJECT}/variables": listed(VARIABLE),  # ci/variable.rb
    "GET /groups/:group/variables": listed(VARIABLE),
    f"GET {PROJECT}/triggers": listed(TRIGGER),  # trigger.rb
    f"GET {TOKENS}": of(inbound_enabled=FLAG, outbound_enabled=FLAG),  # project_job_token_scope.rb
    f"PATCH {TOKENS}": None,
    f"GET {TOKENS}/allowlist": listed(IN_LIST),
    f"GET {TOKENS}/groups_allowlist": listed(  # basic_group_details.rb
        of(id=NUMBER, name=TEXT, web_url=TEXT)
    ),
    f"GET {PROJECT}/ci/lint": of(  # ci/lint/result.rb
        valid=FLAG, errors=listed(TEXT), warnings=listed(TEXT), merged_yaml=MAYBE_TEXT, includes=ANY
    ),
    f"GET {PROJECT}/repository/files/:file/raw": None,
    f"GET {PROJECT}/jobs/:job/trace": None,
    f"GET {PROJECT}/jobs/:job/artifacts/*path": None,
    f"DELETE {SCHEDULES}/:schedule": None,
    f"POST {SCHEDULES}/:schedule/play": DONE,
    f"DELETE {REQUESTS}/:iid/notes/:note": None,
    f"POST {MLFLOW}/runs/log-batch": {"type": "object", "maxProperties": 0},
    f"POST {MLFLOW}/runs/set-tag": {"type": "object", "maxProperties": 0},
    f"GET {PROJECT}/packages/ml_models/:version/files/:file": None,
    f"PUT {PROJECT}/packages/ml_models/:version/files/:file": DONE,
}
