#!/usr/bin/env bash
# `make openapi`: writes down the server's OpenAPI document and makes the web app's client from it.
. "$(dirname "$0")/lib.sh"

cargo build --locked --profile quick --bin huddle
"$target/quick/huddle" openapi >"$target/openapi.json"
cp "$target/openapi.json" web/openapi.json
scripts/web.sh install
npm run --prefix web api
