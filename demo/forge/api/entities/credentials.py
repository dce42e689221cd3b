"""Tokens and variables of the project, as the API shows them.

Source: personal_access_token.rb, trigger.rb and ci/variable.rb in lib/api/entities of GitLab.
"""

from typing import Any

from demo.forge.api.entities.timestamp import timestamp
from demo.forge.api.entities.user import user
from demo.forge.configuration import Token
from demo.forge.forge import Forge
from demo.forge.project_variables import Variable

Json = dict[str, Any]
SHOWN_OF_TRIGGER = 4


def access_token(forge: Forge, token: Token) -> Json:
    """Return an access token as it sees itself."""
    number = forge.config.user_id(token)
    today = forge.state.clock().date().isoformat()
    return {
        "id": number,
        "name": token.name,
        "description": None,
        "revoked": False,
        "active": token.expires_at is None or token.expires_at > today,
        "created_at": timestamp(forge.state.created_at),
        "last_used_at": timestamp(forge.state.clock()),
        "scopes": sorted(token.scopes),
        "user_id": number,
        "expires_at": token.expires_at,
    }


def trigger_token(forge: Forge, number: int, token: Token) -> Json:
    """Return a pipeline trigger token, shortened as another user's is."""
    created = timestamp(forge.state.created_at)
    return {
        "id": number,
        "description": token.description or token.name,
        "created_at": created,
        "updated_at": created,
        "last_used": None,
        "expires_at": token.expires_at,
        "token": token.value[:SHOWN_OF_TRIGGER],
        "owner": user(forge, token),
    }


def variable(item: Variable) -> Json:
    """Return a CI/CD variable of the project."""
    return {
        "variable_type": item.variable_type,
        "key": item.key,
        "value": None if item.hidden else item.value,
        "protected": item.protected,
        "masked": item.masked,
        "hidden": item.hidden,
        "raw": item.raw,
        "environment_scope": item.environment_scope,
        "description": None,
    }
