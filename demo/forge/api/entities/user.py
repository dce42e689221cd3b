"""The bot user behind an access token, as the API shows it.

Source: user_basic.rb, user.rb and user_public.rb in lib/api/entities of GitLab.
"""

import hashlib
from typing import Any
from urllib.parse import quote

from demo.forge.api.entities.timestamp import timestamp
from demo.forge.configuration import Token
from demo.forge.forge import Forge

Json = dict[str, Any]


def user(forge: Forge, token: Token) -> Json:
    """Return the user as other answers show it."""
    email = f"{token.name}@noreply.localhost"
    picture = hashlib.sha256(email.lower().encode()).hexdigest()
    return {
        "id": forge.config.user_id(token),
        "username": token.name,
        "name": token.name,
        "state": "active",
        "avatar_url": f"https://www.gravatar.com/avatar/{picture}?s=80&d=identicon",
        "web_url": f"{forge.url}/{quote(token.name)}",
    }


def member(forge: Forge, token: Token) -> Json:
    """Return a user of the project with their role."""
    access = {
        "access_level": token.role,
        "created_at": timestamp(forge.state.created_at),
        "expires_at": None,
        "membership_state": "active",
    }
    return user(forge, token) | {"locked": False} | access


def own_user(forge: Forge, token: Token) -> Json:
    """Return the user as GET /user shows it to itself; nobody ever signs in as a bot."""
    created = timestamp(forge.state.created_at)
    email = f"{token.name}@noreply.localhost"
    nothing = ("skype", "linkedin", "twitter", "website_url")
    return {
        **user(forge, token),
        "bot": token.bot,
        "created_at": created,
        "confirmed_at": created,
        **dict.fromkeys(nothing, ""),
        **dict.fromkeys(("bio", "location", "organization"), None),
        **dict.fromkeys(("last_sign_in_at", "current_sign_in_at"), None),
        "email": email,
        "commit_email": email,
        "color_scheme_id": 1,
        "projects_limit": 0,
        "identities": [],
        "can_create_group": False,
        "can_create_project": False,
        "two_factor_enabled": False,
        "external": False,
    }
