"""The whole loop on one machine, with a stand-in for GitLab; for demonstration only."""
