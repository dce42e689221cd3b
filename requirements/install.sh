#!/bin/sh
# Install what a verb of the Makefile needs, once: install.sh python LOCK | node | programs | test-programs
set -eu
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
PYTHON=${PYTHON:-python3}

# Google Drive's client breaks TensorFlow, and the benchmarks' peers want an older numpy: each of
# these locks has an environment beside the other one.
# A stamp holds the checksum of the lock it was made from; the dev lock covers every other one.
fresh() { [ -f "$2" ] && [ "$(cat "$2")" = "$(sha256sum <"$1")" ]; }

install_python() {
    lock=requirements/$1.txt
    uv=$VENV/bin/uv
    if [ "$1" = gdrive ] || [ "$1" = peers ]; then
        VENV=$VENV-$1
    elif fresh requirements/dev.txt "$VENV/.installed-dev"; then
        return
    fi
    stamp=$VENV/.installed-$1
    if fresh "$lock" "$stamp"; then return; fi
    "$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || {
        echo "python: $("$PYTHON" --version) found, expected 3.11 to 3.13; set PYTHON=…" >&2
        exit 1
    }
    echo "Installing $lock into $VENV"
    [ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
    [ -x "$uv" ] || "${uv%/*}/python" -m pip install --quiet uv
    "$uv" pip install --quiet --python "$VENV/bin/python" --require-hashes -r "$lock"
    sha256sum <"$lock" >"$stamp"
}

install_node() {
    # NODE_MODULES, like VENV, may name what stands elsewhere already.
    if [ -n "${NODE_MODULES:-}" ] && [ ! -e node_modules ]; then ln -s "$NODE_MODULES" node_modules; fi
    stamp=node_modules/.installed
    if fresh package-lock.json "$stamp"; then return; fi
    echo "Installing package-lock.json into node_modules"
    npm ci --no-audit --no-fund --loglevel=error
    sha256sum <package-lock.json >"$stamp"
}

missing_programs() {
    for program in git prometheus promtool rsync; do
        command -v "$program" >/dev/null || echo "$program"
    done
    command -v prometheus-alertmanager >/dev/null || command -v alertmanager >/dev/null || echo alertmanager
    command -v amtool >/dev/null || echo amtool
}

# Servers that only tests talk to, and the load of the benchmarks: no demo brings them to a machine.
missing_test_programs() {
    command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || echo sshd
    command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
    command -v wrk >/dev/null || echo wrk
}

# install_programs MISSING LIST: the programs that are not there, and the packages that have them.
install_programs() {
    missing=$(echo "$1" | tr '\n' ' ')
    [ -n "${missing% }" ] || return 0
    packages=$(tr '\n' ' ' <"$2")
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "missing programs: $missing" >&2
        echo "on Debian or Ubuntu: sudo apt-get install $packages" >&2
        echo "elsewhere install them by name from prometheus.io, postgresql.org and your system" >&2
        exit 1
    fi
    echo "Installing Debian packages for: $missing"
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
}

case ${1:-} in
python) install_python "${2:?which lock: $(ls requirements/*.txt | tr '\n' ' ')}" ;;
node) install_node ;;
programs) install_programs "$(missing_programs)" requirements/debian.txt ;;
test-programs) install_programs "$(missing_test_programs)" requirements/debian-test.txt ;;
*)
    echo "usage: install.sh python LOCK | node | programs | test-programs" >&2
    exit 2
    ;;
esac
