"""Calls to GitLab: how they are sent and what their errors mean. Each call is made in:

training.gitlab.project         merge requests, their notes, uploads
training.gitlab.model_registry  versions in GitLab's model registry
training.gitlab.project_check   a project's settings (`make gitlab-check`)
training.gitlab.cml             the same notes under CML, with the standard library only
training.gitlab.git             branches and tags, by git
monitoring.relay.gitlab         triggers, pipelines, the gate's verdict
ci/push-lock                    dvc.lock to a merge request's branch, by git

Here: `client`, with `sending`, and `plain` send calls, with and without python-gitlab; `refusal`
explains errors; `reading` refuses responses that lack fields; `job` reads a CI job's variables;
`token` checks tokens. All but `client` and `sending` run on Python 3.8 without packages, as in
CML's image.
"""
