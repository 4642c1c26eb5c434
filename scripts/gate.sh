#!/usr/bin/env bash
# `make test`: every check there is, in the order in which they fail soonest for the least work.
# Stops at the first that fails. The output of each is kept in target/gate/<step>.log.
. "$(dirname "$0")/lib.sh"

logs=$target/gate
rm -rf "$logs" && mkdir -p "$logs"
export CI=${CI:-true} NO_COLOR=1 CARGO_TERM_COLOR=never HUDDLE_BIN=$target/quick/huddle
# npm and Playwright paint as soon as FORCE_COLOR is there, and the counts are read from their words.
unset FORCE_COLOR

names=() seconds=()
failed= # the step under way: whatever ends the gate meanwhile, ends it here
web_pid=

finish() {
    [ -z "$web_pid" ] || kill -- "-$web_pid" 2>/dev/null || true
    local i
    printf '\n%-44s %8s\n' step seconds
    for i in "${!names[@]}"; do printf '%-44s %8s\n' "${names[$i]}" "${seconds[$i]}"; done
    printf '%-44s %8s\n' together "$SECONDS"
    [ -z "$failed" ] || printf '\nThe gate stopped at “%s”: %s\n' "$failed" "see above, or $logs"
    printf '\n'
    python3 scripts/count.py "$logs" ${failed:+--stopped}
}
trap finish EXIT

# ended NAME SECONDS STATUS
ended() {
    names+=("$1") seconds+=("$2")
    failed=$1
    [ "$3" -eq 0 ] || exit 1
    failed=
}

# step LOG NAME COMMAND…
step() {
    local log=$logs/$1.log name=$2 began=$SECONDS status=0
    shift 2
    failed=$name
    printf '\n== %s\n' "$name"
    "$@" </dev/null 2>&1 | tee "$log" || status=1
    ended "$name" $((SECONDS - began)) "$status"
}

web() {
    scripts/web.sh check && scripts/web.sh build
}

# Not by nextest: with a process for each test, each would start a PostgreSQL of its own.
# Tests that found no data to work on pass and say `skipped: …`: of what passing tests print, only that
# is shown (and counted).
crates() {
    cargo test --locked --workspace --profile quick -- --show-output 2>&1 |
        sed -u -n '/^successes:$/,/^\(failures:\|test result:\)/{ /^\(skipped: \|failures:\|test result:\)/p; d; }; p'
}

# The document that the client was generated from is the one that the server would give today.
openapi_is_current() {
    "$HUDDLE_BIN" openapi >"$logs/openapi.json" &&
        python3 - "$logs/openapi.json" web/openapi.json <<'PY'
import json, sys
ours, kept = (json.load(open(path)) for path in sys.argv[1:])
if ours != kept:
    sys.exit("web/openapi.json is not what the server says: run `make openapi` and look at the difference.")
print("web/openapi.json is what the server says.")
PY
}

end_to_end() {
    scripts/e2e.sh
}

step setup "What the tests need" scripts/setup.sh test
step fmt "Formatting" cargo fmt --all --check

# The web app waits for the network and then for one core: beside the crates of cargo-deny.
set -m
web </dev/null >"$logs/web.log" 2>&1 &
web_pid=$!
set +m
web_began=$SECONDS

step fetch "Fetching crates" cargo fetch --locked
step deny "Dependencies" scripts/deny.sh

printf '\n== %s\n' "Web app: lint, types, tests, build"
web_status=0
wait "$web_pid" || web_status=1
web_pid=
cat "$logs/web.log"
ended "Web app: lint, types, tests, build" $((SECONDS - web_began)) "$web_status"

step clippy "Clippy" cargo clippy --locked --workspace --all-targets --profile quick -- -D warnings
# Reuses what clippy learned of the dependencies.
RUSTDOCFLAGS="-D warnings" step doc "Rustdoc" cargo doc --locked --no-deps --workspace --profile quick
step build "Building the server and its tests" cargo test --locked --workspace --profile quick --no-run
step cargo "Tests of the crates" crates
step openapi "OpenAPI document" openapi_is_current
step e2e "End to end, in Chromium" end_to_end
