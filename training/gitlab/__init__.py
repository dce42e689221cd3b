"""What jobs do on GitLab: notes, branches, merge requests, versions, and checks of a project."""
