# The two that a newcomer needs: `make demo` and `make test`. Everything is idempotent.
.DEFAULT_GOAL := help
.PHONY: seed help setup demo serve test check bench bench-fleet fuzz generate format picture clean
# Arguments for the program: make demo ARGS="--servers 100 --port 9000"
ARGS ?=

help: ## Say what there is
	@echo "DbTools. make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## Install what a Debian 12 with Swift 6.3 lacks
	@scripts/setup

demo: setup ## Build and start everything, with a simulated fleet to look at (ARGS="--servers 100")
	@scripts/build release
	@scripts/run release demo $(ARGS)

seed: ## Fill a running DbTools with tenants for development (docs/how-to/seed.md)
	@scripts/seed

serve: setup ## Build and start DbTools (ARGS="--port 8080 --data-dir DIR")
	@scripts/build release
	@scripts/run release serve $(ARGS)

test: setup ## Build and run all tests: what CI does
	@scripts/test

check: setup ## The quick part of the tests: generated files, T-SQL, web, tidy, unit
	@scripts/test generated tsql web build tidy

bench: setup ## Measure, each figure beside its peer's
	@scripts/build release
	@Benchmarks/run $(ARGS)

bench-fleet: setup ## Collect from 10,000 simulated servers for 15 minutes (N=, MINUTES=, BLACK_HOLES= percent)
	@scripts/build release
	@Benchmarks/run fleet --fleet $(or $(N),10000) --minutes $(or $(MINUTES),15) --black-hole-percent $(or $(BLACK_HOLES),0)

fuzz: setup ## 20,000 requests from the contract against a running DbTools
	@scripts/build release
	@CONTRACT_CASES=20000 scripts/with-demo release .tools/venv/bin/python -m pytest -q Tests/Contract

picture: setup ## Make the README's picture anew, from a demo of the debug build
	@scripts/build debug
	@DBTOOLS_SCREENSHOT=docs/images/dashboard.png SETTLE_SECONDS=75 scripts/with-demo .tools/venv/bin/python -m pytest -q Tests/Browser -k picture

generate: setup ## Make the generated files anew
	@for generator in scripts/generate-*; do $$generator; done
	@cd web && { [ -d node_modules/react ] || node tools/debian-deps.mjs; } && node tools/generate-types.mjs

format: ## Format the Swift code (what remains over 140 columns wants a person)
	@swift format -i -r -p Sources Tests Package.swift

clean: ## Throw away what was built (not your data)
	rm -rf .build web/dist web/node_modules
