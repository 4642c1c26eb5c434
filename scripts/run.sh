#!/usr/bin/env bash
# `make run`: from a fresh checkout to Huddle on http://localhost:8080 (or $PORT), data in ./data.
. "$(dirname "$0")/lib.sh"

scripts/setup.sh run
scripts/web.sh build
cargo build --locked --profile quick --bin huddle || fail "the server does not build, see above."
exec "$target/quick/huddle" serve "$@"
