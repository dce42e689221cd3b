# Where the stack's folders and addresses are, for the verbs beside this file, which source it.
root=$(cd "$(dirname "$0")/../.." && pwd)

# setting NAME: the environment's value, else that of .env, as docker compose has it.
setting() {
    eval "value=\${$1:-}"
    if [ -z "$value" ] && [ -f "$root/.env" ]; then
        value=$(sed -n "s/^$1=//p" "$root/.env" | tail -n 1)
    fi
    [ -n "$value" ] || { echo "$1: not set, expected in the environment or in $root/.env" >&2; exit 1; }
    printf '%s' "$value"
}

# folder NAME: a setting that is a folder; a relative one is relative to docker-compose.yml.
folder() {
    path=$(setting "$1") || exit 1
    case $path in
    /*) printf '%s' "$path" ;;
    *) printf '%s' "$root/${path#./}" ;;
    esac
}
