"""The API's call that checks the pipeline's file."""

from typing import Any

from starlette.responses import JSONResponse, Response

from demo.forge.api.params import Field
from demo.forge.api.routing import Call, Route
from demo.forge.ci.lint import lint
from demo.forge.errors import not_found


def ci_lint(call: Call) -> Response:
    """Check the default branch's pipeline file, without asking which jobs a pipeline would have."""
    forge = call.forge
    sha = forge.repository.branch(forge.config.default_branch)
    if sha is None:
        raise not_found("Repository")
    problems = lint(forge.pipelines, sha)
    answer: dict[str, Any] = {
        "valid": not problems,
        "errors": problems,
        "warnings": [],
        "merged_yaml": None,
        "includes": [],
    }
    if call.params.get("include_jobs"):
        answer["jobs"] = []
    return JSONResponse(answer)


ROUTES = [Route("GET", "/projects/:id/ci/lint", ci_lint, fields={"include_jobs": Field("boolean")})]
