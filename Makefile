# The commands of everyday work; HACKING.md shows more of them. PRESET is one of CMakePresets.json.
PRESET ?= debug
JOBS ?= $(shell nproc)
# Labels of the tests that take minutes: `make test` leaves them out.
SLOW := ^(slow|crash|fuzz|history)$$
LINT := python3 tools/lint/lint.py

.DEFAULT_GOAL := help
.PHONY: help install configure build run test test-slow simulate mutants bench bench-peers lint format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

install: ## the Debian packages of tools/packages.txt, when any is missing
	@tools/install

configure: install
	cmake --preset $(PRESET)

build: install ## the program: build/release/bin/daybook
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target daybook

run: build ## build it, start a server and walk through the example
	examples/run

test: configure ## build PRESET (debug, asan, tsan, …) and run the quick tests
	cmake --build --preset $(PRESET) -j $(JOBS)
	ctest --preset $(PRESET) -j $(JOBS) -LE '$(SLOW)'

test-slow: configure ## the crash, fuzz, history and other slow tests
	cmake --build --preset $(PRESET) -j $(JOBS)
	ctest --preset $(PRESET) -j $(JOBS) -L '$(SLOW)'

simulate: install ## SEEDS=n histories of the whole server, from FROM=k on; TRACE=1 tells all
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target simulate
	build/release/bin/simulate --seeds=$(or $(SEEDS),1000) --from=$(or $(FROM),1) $(if $(TRACE),--trace)

N ?= 100
SEED ?= 1
FOLDERS ?= log,scheduler,projections,dispatch
# MUTANTS_ARGS=--near: a first look without the tests of whole servers
mutants: install ## N=100 small faults planted one at a time: which does no test notice? SEED=1 FOLDERS=dispatch
	python3 -B tools/mutants/mutants.py --count $(N) --seed $(SEED) --folders $(FOLDERS) --jobs $(JOBS) $(MUTANTS_ARGS)

bench: install ## build release and run every micro benchmark
	cmake --preset release
	cmake --build --preset release -j $(JOBS)
	for b in build/release/bin/*_bench; do $$b || exit; done

bench-peers: build ## Daybook beside other queues, 45 minutes; PEERS_ARGS=--quick: 2
	cmake --build --preset release -j $(JOBS) --target peers_load
	bench/peers/install
	bench/peers/run $(PEERS_ARGS)

lint: install ## the style checks; TIDY=1 adds clang-tidy
	$(LINT)
	$(if $(TIDY),$(LINT) tidy)

format: install ## clang-format every source in place
	git ls-files -z -co --exclude-standard '*.h' '*.cc' | xargs -0 clang-format -i

clean: ## forget every build
	rm -rf build
