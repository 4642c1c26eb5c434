#!/usr/bin/env bash
# `make release`: the production binary, web app inside.
. "$(dirname "$0")/lib.sh"

scripts/setup.sh run
scripts/web.sh build
cargo build --locked --release --bin huddle || fail "the server does not build, see above."
say "Built $target/release/huddle: one file, copy it where it shall run."
