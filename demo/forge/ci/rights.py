"""Who may run a pipeline on which branch or tag, and with variables of their own.

Source: lib/gitlab/ci/pipeline/chain/validate/abilities.rb and build/associations.rb of GitLab.
"""

from demo.forge.access import DEVELOPER, Access
from demo.forge.configuration import Token
from demo.forge.errors import PipelineRefused


def check_rights(access: Access, user: Token, ref: str, *, tag: bool, variables: bool) -> None:
    """Check that a user may run a pipeline.

    variables: the user gives some; a schedule's were given by who made it.

    Raises PipelineRefused.
    """
    if user.role < DEVELOPER:
        raise PipelineRefused(["Insufficient permissions to create a new pipeline"], broken=False)
    if not access.may_run(user, ref, tag=tag):
        raise PipelineRefused(
            [
                f"You do not have sufficient permission to run a pipeline on '{ref}'. Please "
                "select a different branch or contact your administrator for assistance."
            ],
            broken=False,
        )
    if variables and not access.may_set_variables(user):
        raise PipelineRefused(["Insufficient permissions to set pipeline variables"])
