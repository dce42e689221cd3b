#!/bin/sh
# Write the hashed locks from pyproject.toml; one per place that installs. Run as `make lock`.
set -eu
cd "$(dirname "$0")/.."
compile() {
    name=$1
    shift
    uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet \
        --output-file "requirements/$name.txt"
}
compile service
compile training --extra training
compile training-gpu --extra training-gpu
compile monitoring --extra monitoring
compile dev --extra dev
