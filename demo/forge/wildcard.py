"""Wildcards of protected branches and tags, and of environment scopes."""

import re


def matches(pattern: str, name: str) -> bool:
    """Tell whether a pattern covers a name; `*` stands for anything, nothing else is special.

    Source: app/models/concerns/protected_ref.rb and lib/gitlab/ref_matcher.rb of GitLab.

    >>> matches("digits@v*", "digits@v1.0.0"), matches("release/*", "main"), matches("[a]", "a")
    (True, False, False)
    """
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None
