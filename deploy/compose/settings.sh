# Functions that read the stack's settings; the commands in this folder source this file.
root=$(cd "$(dirname "$0")/../.." && pwd)

# setting NAME: prints the value from the environment, else from .env, as docker compose does.
setting() {
    eval "value=\${$1:-}"
    if [ -z "$value" ] && [ -f "$root/.env" ]; then
        value=$(sed -n "s/^$1=//p" "$root/.env" | tail -n 1)
    fi
    [ -n "$value" ] || { echo "$1: not set, expected in the environment or in $root/.env" >&2; exit 1; }
    printf '%s' "$value"
}

# folder NAME: prints a setting that is a path; relative paths start at docker-compose.yml's folder.
folder() {
    path=$(setting "$1") || exit 1
    case $path in
    /*) printf '%s' "$path" ;;
    *) printf '%s' "$root/${path#./}" ;;
    esac
}
