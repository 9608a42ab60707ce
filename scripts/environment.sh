#!/bin/sh
# Makes .venv with Repower in it. Called by the Makefile: `sh scripts/environment.sh run|dev`.
#
# Needs nothing but a Python of at least 3.11 with its venv module. PYTHON names one; else the usual names are tried.
# An environment that was made in another folder, or of another Python than the one that is named, is made anew: its scripts
# and its link to the source would point elsewhere.
set -eu

purpose=$1
venv=.venv
here=$(pwd -P)

say() { printf '%s\n' "$*" >&2; }

which_python() { "$1" -c 'import sys; print(sys.base_prefix, *sys.version_info[:3])' 2>/dev/null || echo none; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if new_enough "$PYTHON"; then
            printf '%s\n' "$PYTHON"
            return
        fi
        say "PYTHON=$PYTHON does not run, or is older than 3.11."
        exit 2
    fi
    for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            printf '%s\n' "$name"
            return
        fi
    done
    say "Repower needs Python 3.11 or newer, and found none (python3 here: $(python3 --version 2>&1 || echo none))."
    say "    Debian 12 or newer, Ubuntu 24.04 or newer:  apt-get install --yes python3 python3-venv"
    say "    macOS:                                      brew install python@3.12"
    say "    a Python that stands elsewhere:             make $purpose_target PYTHON=/path/to/python3.12"
    exit 2
}

need_venv_module() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    become=
    [ "$(id -u)" -eq 0 ] || become='sudo '
    say "Python $version is here, but not its venv module (Debian and Ubuntu ship it apart). Install it, then run make again:"
    say "    ${become}apt-get install --yes python$version-venv"
    exit 2
}

case $purpose in
    run) extra='' purpose_target=demo ;;
    dev) extra='[dev]' purpose_target=test ;;
    *) say "environment.sh run|dev, not $purpose"; exit 2 ;;
esac

python=$(find_python)
if [ -e "$venv" ]; then
    made_in=$(cat "$venv/.folder" 2>/dev/null || printf '%s' "$here")
    if [ "$made_in" != "$here" ]; then
        say "$venv was made in another folder; making it anew."
        rm -rf "$venv"
    elif ! new_enough "$venv/bin/python"; then
        say "$venv does not run, or has a Python older than 3.11; making it anew."
        rm -rf "$venv"
    elif [ -n "${PYTHON:-}" ] && [ "$(which_python "$venv/bin/python")" != "$(which_python "$python")" ]; then
        say "$venv has another Python than $PYTHON; making it anew."
        rm -rf "$venv"
    fi
fi
if [ ! -e "$venv" ]; then
    need_venv_module "$python"
    "$python" -m venv "$venv"
fi

say "Installing Repower$extra into $venv (a minute or two the first time) ..."
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --editable ".$extra"
printf '%s' "$here" > "$venv/.folder"
touch "$venv/.ready-run"
[ "$purpose" = run ] || touch "$venv/.ready-dev"
