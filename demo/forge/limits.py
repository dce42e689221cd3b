"""GitLab's limits for titles, descriptions, notes and uploads."""

from demo.forge.errors import bad_request

MAX_DESCRIPTION = 1_048_576
MAX_NOTE = 1_000_000
# Bytes; an administrator's "Maximum attachment size", as GitLab comes.
MAX_UPLOAD = 100 * 1024 * 1024


def check_text(title: str, description: str) -> None:
    """Refuse a title or description that GitLab would refuse.

    Raises ApiError.
    """
    if not title.strip():
        raise bad_request({"title": ["can't be blank"]})
    if len(title) > 255:
        raise bad_request({"title": ["is too long (maximum is 255 characters)"]})
    if len(description) > MAX_DESCRIPTION:
        raise bad_request(
            {"description": [f"is too long (maximum is {MAX_DESCRIPTION} characters)"]}
        )


def check_note(body: str) -> None:
    """Refuse a note that GitLab would refuse.

    Raises ApiError.
    """
    if not body.strip():
        raise bad_request('400 Bad request - Note {:note=>["can\'t be blank"]}')
    if len(body) > MAX_NOTE:
        reason = f"is too long (maximum is {MAX_NOTE} characters)"
        raise bad_request(f'400 Bad request - Note {{:note=>["{reason}"]}}')
