# The two that matter: `make test` and `make demo`. `make help` lists the rest.
#
# Everything is built in .build: debug for the tests, release for the programs. Each target uses the
# same flags every time, so that nothing is ever built twice.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# The toolchain brings compiler, test library, formatter and DocC; setup checks that it is this one.
SWIFT := swift
SWIFT_VERSION := 6.3

# The import check is made while planning and changes nothing that is built.
DEBUG_BUILD := $(SWIFT) build --build-tests --explicit-target-dependency-import-check error
RELEASE_BUILD := $(SWIFT) build -c release --static-swift-stdlib
LIBRARIES := SyncCore Fieldwork Casework SyncProtocol SyncExchange SyncStore SyncClient SyncHub
FORMATTED := Sources Tests Package.swift

# How many worlds a soak has: about 35 minutes on two cores that do nothing else.
SOAK := 20000

.PHONY: help setup build test vectors demo kill restore flips partition trouble sim soak planted
.PHONY: scope fuzz sanitize bench format lint docs clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Installs what is missing: C libraries and tools, nothing when all are there
	@SWIFT=$(SWIFT) SWIFT_VERSION=$(SWIFT_VERSION) .ci/setup

build: setup ## Builds rooms and tests (debug), checking that imports are declared
	@echo "build: rooms and tests, debug (5 to 15 minutes the first time, then seconds)"
	@$(DEBUG_BUILD)

test: build ## Runs the tests and counts them; FILTER=name runs only those
	@Tests/run $(FILTER)

vectors: build ## Runs only the tests that read protocol/vectors; WRITE=1 makes them anew
	@if [ "$(WRITE)" = 1 ]; then HAZAMA_WRITE_VECTORS=1 Tests/run VectorTests/made; fi
	@Tests/run VectorTests
	@if command -v python3 >/dev/null; then python3 protocol/vectors/check.py; fi

programs: setup
	@echo "build: hazama, release (10 to 20 minutes the first time, then seconds)"
	@$(RELEASE_BUILD) --product hazama
	@echo "build: hazamad, release (most of it is built by now)"
	@$(RELEASE_BUILD) --product hazamad
.PHONY: programs

demo: programs ## Two advisors, one hub, one conflict: the whole story with the real programs
	@if [ ! -x Tests/demo/demo ]; then echo "demo: Tests/demo/demo does not exist" >&2; exit 1; fi
	@Tests/demo/demo

kill: programs ## Kills hub and devices at random moments, and checks that nothing saved is lost
	@if [ ! -x Tests/demo/kill ]; then echo "kill: Tests/demo/kill does not exist" >&2; exit 1; fi
	@Tests/demo/kill --ledger docs/proof/ledger.md $(ARGS)

restore: programs ## Puts a hub back, by hand and from backups: nothing may be lost or doubled
	@Tests/demo/restore $(ARGS)

flips: programs ## Damages stores, bit by bit, and looks whether anybody is told; ARGS="1000"
	@Tests/demo/flips --ledger docs/proof/ledger.md $(ARGS)

partition: programs ## Breaks the line between devices and hub at every place; ARGS="350"
	@Tests/demo/partition --ledger docs/proof/ledger.md $(ARGS)

fuzz: setup ## Throws chance at everything that reads bytes from outside; ARGS="--runs 10000000"
	@echo "build: the fuzzer (4 minutes the first time, then seconds)"
	@$(SWIFT) build -c release --package-path Tests/Fuzz --scratch-path .build-fuzz
	@Tests/Fuzz/run --ledger docs/proof/ledger.md $(ARGS)

# A sanitizer needs all dependencies built anew, so only the rooms below the server are looked at.
sanitize: setup ## Runs the tests of the rooms below the server under TSan, then ASan
	@for kind in thread address; do \
	    echo "sanitize: $$kind"; \
	    LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitized/leaks \
	    $(SWIFT) test --package-path Tests/Sanitized --scratch-path .build-$$kind \
	        --sanitize $$kind || exit 1; \
	done

trouble: programs ## Bad input, full disks, wrong clocks: how each ends; ARGS="words disk"
	@Tests/demo/trouble $(ARGS)

sim: programs ## Simulates a fleet and a hub with bad luck; ARGS="--seed 7"
	@.build/release/hazamad simulate $(ARGS)

soak: programs ## Simulates 20,000 worlds that no commit before had, and writes them into the ledger
	@.build/release/hazamad simulate --seeds $(SOAK) --seed $$((0x$$(git rev-parse --short=12 HEAD))) \
	    --ledger docs/proof/ledger.md $(ARGS)

planted: setup ## Plants faults of one line, and looks whether the simulation finds each
	@Tests/planted/run --ledger docs/proof/ledger.md $(ARGS)

scope: setup ## Tries the merge in every history of three writes each, in every order; half an hour
	@Tests/scope --ledger docs/proof/ledger.md

bench: setup ## Measures the real client and hub with the workload of Tests/Benchmarks
	@echo "build: Benchmarks, release"
	@$(RELEASE_BUILD) --product Benchmarks
	@.build/release/Benchmarks $(ARGS)

format: ## Formats the Swift sources in place
	@$(SWIFT) format --in-place --parallel --recursive $(FORMATTED)

lint: ## Checks format and the syntax of scripts, changing nothing
	@$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)
	@for script in .ci/run .ci/setup Tests/run Tests/note Tests/scope \
	    $(wildcard Tests/demo/* Tests/planted/*); do \
	    if head -n 1 "$$script" | grep -qE '^#!.*\b(ba)?sh$$'; then bash -n "$$script"; fi; \
	done
	@echo "lint: nothing to say"

docs: setup ## Makes the reference of the rooms, as pages in docs/api
	@echo "docs: reading the interfaces (a debug build where there is none yet)"
	@$(SWIFT) package dump-symbol-graph --minimum-access-level public \
	    --skip-synthesized-members >.build/docs.txt 2>&1 || { tail -n 20 .build/docs.txt; exit 1; }
	@for room in $(LIBRARIES); do .ci/reference "$$room" docs/api; done

clean: ## Removes what was built
	rm -rf .build .build-planted docs/api
