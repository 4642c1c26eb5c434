# Thin: each target is a script in scripts/, or one command.

export CARGO_INCREMENTAL = 0

.DEFAULT_GOAL := help
.PHONY: help run release test e2e fmt lint audit openapi eval-speech eval-diarization clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: ## install what is missing, build, and start Huddle on http://localhost:8080
	@scripts/run.sh

release: ## the production binary with the web app inside
	@scripts/release.sh

test: ## everything: formatting, lints, tests, docs, dependencies, Chromium
	@scripts/gate.sh

e2e: ## only the end-to-end tests, against the binary that is there
	@scripts/e2e.sh

fmt: ## format the Rust code
	@cargo fmt --all

lint: ## clippy and the web app's linters
	@cargo clippy --workspace --all-targets --profile quick -- -D warnings
	@scripts/web.sh check

audit: ## known vulnerabilities of dependencies (asks the RustSec database online)
	@scripts/deny.sh advisories

openapi: ## write down the server's OpenAPI document and make the web client from it
	@scripts/openapi.sh

eval-speech: ## word error rate, speed and lateness of every recogniser (HUDDLE_TEST_DATA)
	@cargo run --quiet -p huddle-speech --profile quick --example eval_speech

eval-diarization: ## who speaks when: the error rate on real meetings (HUDDLE_TEST_DATA)
	@cargo run --quiet -p huddle-media --profile quick --example eval_diarization

clean: ## remove what was built; data/ stays
	@cargo clean
	@rm -rf web/dist web/node_modules e2e/node_modules e2e/test-results e2e/shots
