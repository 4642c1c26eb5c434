#!/usr/bin/env bash
# setup.sh run|test: looks for what building (and testing) needs, and installs what is missing with
# apt on Debian and Ubuntu. Does nothing when everything is there.
. "$(dirname "$0")/lib.sh"

purpose=${1:-run}

# --- toolchains: ours to ask for, not to install -------------------------------------------------

has cargo || fail "Rust is missing: install it from https://rustup.rs, then run this again."
wanted_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
rust=$(rustc --version 2>/dev/null | cut -d' ' -f2) || fail "rustc does not run: run \`rustup default stable\`, then this again."
version_at_least "${rust%%-*}" "$wanted_rust" ||
    fail "Rust $wanted_rust or newer is needed and this is $rust: run \`rustup update stable\`."

wanted_node=$(sed -n 's/.*"node": *">=\([0-9.]*\).*/\1/p' web/package.json 2>/dev/null || true)
wanted_node=${wanted_node:-20}
{ has node && has npm; } || fail "Node.js is missing: install version $wanted_node or newer (with npm), then run this again."
node=$(node --version)
version_at_least "${node#v}" "$wanted_node" ||
    fail "Node.js $wanted_node or newer is needed and this is $node: update it, then run this again."

has python3 || fail "Python 3 is missing: install it, then run this again."
has cc || has gcc || has clang || fail "A C compiler is missing: install one (on Debian: build-essential), then run this again."

if [ "$purpose" = test ]; then
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt || fail "rustfmt is missing: run \`rustup component add rustfmt\`."
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy || fail "clippy is missing: run \`rustup component add clippy\`."
fi

# --- system packages -----------------------------------------------------------------------------

missing=() # what is needed and not here, as Debian calls it
optional=() # what Huddle also runs without

need() { missing+=("$1"); }

has c++ || has g++ || need g++
has make || need make
has cmake || need cmake
has pkg-config || need pkg-config

has_speech_library() {
    # ldconfig is in /sbin, which is not on everybody's PATH.
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep 'libpocketsphinx\.so' >/dev/null ||
        ls /usr/local/lib/libpocketsphinx.* /opt/homebrew/lib/libpocketsphinx.* >/dev/null 2>&1
}
has_speech_library || optional+=(pocketsphinx)
[ -d /usr/share/pocketsphinx/model/en-us ] || optional+=(pocketsphinx-en-us)

if [ "$purpose" = test ]; then
    has postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || need postgresql
    has redis-server || need redis-server
    has espeak-ng || need espeak-ng
    has sox || need sox
    has pdftotext || need poppler-utils
    has setpriv || need util-linux
    [ -n "${CHROMIUM:-}" ] || has chromium || has chromium-browser || has google-chrome || need chromium
    missing+=("${optional[@]}") # the tests listen for real
    optional=()
fi

[ ${#missing[@]} -eq 0 ] && [ ${#optional[@]} -eq 0 ] && exit 0

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install() {
    has apt-get || return 1
    [ "$(id -u)" -eq 0 ] || has sudo || return 1
    say "Installing with apt: $*"
    # The lists of a fresh machine are empty or old; a failed update need not matter if the packages are known.
    as_root apt-get -o DPkg::Lock::Timeout=120 update -qq || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
        install -y -qq --no-install-recommends "$@" </dev/null >&2
}

by_hand() {
    if ! has apt-get; then
        echo "this system has no apt"
    elif [ "$(id -u)" -ne 0 ] && ! has sudo; then
        echo "you are not root and there is no sudo"
    else
        echo "apt could not install them, see above"
    fi
}

if [ ${#missing[@]} -gt 0 ]; then
    install "${missing[@]}" "${optional[@]}" ||
        fail "these are missing and have to be installed by hand ($(by_hand)): ${missing[*]}. The README says what they are called elsewhere."
elif ! install "${optional[@]}"; then
    say "huddle: captions will be off: ${optional[*]} could not be installed ($(by_hand)). Everything else works."
fi
