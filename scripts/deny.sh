#!/usr/bin/env bash
# deny.sh [checks…]: cargo-deny with the rules of deny.toml; without arguments bans, licences and sources,
# and known vulnerabilities when the RustSec database can be reached. Builds cargo-deny once into target/tools when it is not on the PATH.
. "$(dirname "$0")/lib.sh"

version=0.20.2 # older ones do not read today's lock files and licences

if cargo deny --version 2>/dev/null | grep -q "^cargo-deny ${version%.*}\."; then
    deny=(cargo deny)
else
    deny=("$target/tools/cargo-deny-$version/bin/cargo-deny")
    if [ ! -x "${deny[0]}" ]; then
        say "Building cargo-deny $version (once; under a minute)"
        # Unoptimised on purpose: it runs for seconds, and compiles in a third of the time.
        CARGO_TARGET_DIR=$target/tools/build CARGO_PROFILE_DEV_DEBUG=false \
            cargo install cargo-deny --locked --version "$version" --profile dev --quiet \
            --root "$target/tools/cargo-deny-$version" </dev/null ||
            fail "cargo-deny could not be built: is the network there? Or install it: cargo install cargo-deny --locked."
        rm -rf "$target/tools/build"
    fi
fi

# check CHECKS…
# Crates that are there twice are many and nobody's fault: `cargo deny check bans` lists them.
check() {
    "${deny[@]}" --locked check --hide-inclusion-graph --allow duplicate "$@" ||
        fail "a dependency breaks the rules of deny.toml, see above."
}

if [ $# -gt 0 ]; then
    check "$@"
    exit
fi
check bans licenses sources
if timeout 60 "${deny[@]}" --locked fetch db >/dev/null 2>&1 </dev/null; then
    check advisories
else
    say "Not asked: whether dependencies have known vulnerabilities; the RustSec database cannot be reached. \`make audit\` asks later."
fi
