"""The calls to GitLab: how they are sent and what their errors mean. Where each call is made:

training.gitlab.project         merge requests, their notes, uploads
training.gitlab.model_registry  versions in GitLab's model registry
training.gitlab.project_check   what a project's settings are (`make gitlab-check`)
training.gitlab.cml             the same notes under CML, over the standard library alone
training.gitlab.git             branches and tags, by git
monitoring.relay.gitlab         triggers, pipelines, what the gate said
ci/push-lock                    dvc.lock to a merge request's branch, by git

Here: `client` and `plain` send, with and without python-gitlab; `refusal` says what every error
means; `job` reads a CI job's variables. All but `client` run under Python 3.8 without packages,
as CML's image has it.
"""
