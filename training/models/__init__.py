"""The models that can be trained: each file is one, and its name is what params.yaml says."""
