# shellcheck shell=bash
# Sourced by the other scripts: where things are, and how to speak. Changes to the repository root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# rustup puts cargo here; a fresh shell may not have it on its PATH yet.
[ -d "$HOME/.cargo/bin" ] && PATH="$PATH:$HOME/.cargo/bin"

export CARGO_INCREMENTAL=0
# A relative target directory would mean another folder in every directory that cargo is called from.
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac

say() { printf '%s\n' "$*" >&2; }

# One clear sentence, then the end.
fail() {
    say "huddle: $*"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# version_at_least HAVE WANT, for dotted numbers.
version_at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}
