#!/bin/sh
# Write the hashed locks from pyproject.toml; one per place that installs. Run as `make lock`.
set -eu
cd "$(dirname "$0")/.."
compile() {
    name=$1
    shift
    uv pip compile "$@" --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet \
        --output-file "requirements/$name.txt"
}
compile service pyproject.toml
compile training pyproject.toml --extra training
compile training-gpu pyproject.toml --extra training-gpu
compile monitoring pyproject.toml --extra monitoring
compile dev pyproject.toml --extra dev
# The versions that the tests ran with.
compile relay --group relay --constraints requirements/dev.txt
# What installs all others.
compile installer --group installer --constraints requirements/dev.txt
compile gdrive --group gdrive
compile trackers --group trackers
compile peers --group peers
# Weights alone, and what the tests compare our tokenizer with: what both depend on stays away.
compile encoder --group encoder --no-deps
