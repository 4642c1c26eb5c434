#!/usr/bin/env bash
# e2e.sh [playwright arguments]: the end-to-end tests, against target/quick/huddle or $HUDDLE_BIN.
. "$(dirname "$0")/lib.sh"

export HUDDLE_BIN=${HUDDLE_BIN:-$target/quick/huddle}
[ -x "$HUDDLE_BIN" ] || fail "$HUDDLE_BIN is missing: build it with \`cargo build --profile quick --bin huddle\`."

stamp=e2e/node_modules/.huddle-installed
now=$(cksum <e2e/package-lock.json)
if [ "$(cat "$stamp" 2>/dev/null)" != "$now" ]; then
    npm ci --prefix e2e --no-audit --no-fund </dev/null ||
        fail "npm could not install the packages of e2e/: is the network there? Run this again when it is."
    echo "$now" >"$stamp"
fi

cd e2e
npx --no-install tsc --noEmit || fail "the end-to-end tests have type errors, see above."
npx --no-install playwright test "$@" </dev/null || fail "an end-to-end test failed; traces and pictures are in e2e/test-results."
