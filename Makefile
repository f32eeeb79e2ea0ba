# collabd: `make test` is everything that must pass. See README.md.

.PHONY: help run build dist test deps lint test-go test-fuzz test-sim test-frontend test-browser fuzz hostile torture torture-browser bench bench-ot bench-server bench-browser screenshots

help:
	@echo "make run            start the server on http://localhost:8080"
	@echo "make build          build the program into ./collabd"
	@echo "make dist           build the web application into frontend/dist (needs Node)"
	@echo "make test           everything that must pass: lint, Go, fuzzing, simulator, front end, browsers"
	@echo "make fuzz           long: every fuzz target for FUZZTIME, 10^6 simulated sessions (SEEDS, from SEED), 10^7 pairs a law (PAIRS)"
	@echo "make hostile        long: 10^6 hostile frames (FRAMES) against a server with honest typists"
	@echo "make torture        long: 1,000 kills (KILLS) of the server and of each store while clients type; recorded sessions, too"
	@echo "make torture-browser  long: 200 scenarios (SCENARIOS, from SEED) of what can go wrong while people type in Chromium"
	@echo "make bench          the benchmarks of all packages"
	@echo "make bench-ot       package ot beside other libraries, and docs/benchmarks/ot.md (needs COLLABD_TRACES)"
	@echo "make bench-server   the server beside other servers, and docs/benchmarks/server.md (needs Node, Postgres and a quarter of an hour)"
	@echo "make bench-browser  the pages in Chromium, and docs/benchmarks/browser.md (needs COLLABD_TRACES and half an hour)"
	@echo "make screenshots    the pictures in docs/screenshots"

run:
	go run ./cmd/collabd

build:
	go build -trimpath -o collabd ./cmd/collabd

dist: frontend/node_modules
	cd frontend && npm run build

test: deps lint test-go test-fuzz test-sim test-frontend test-browser
	@echo "make test: all passed"

# What the tests need and the machine may lack.
deps: frontend/node_modules
	@scripts/deps.sh

frontend/node_modules: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund
	@touch frontend/node_modules

lint:
	@scripts/gofmt.sh
	go vet ./...
	go tool staticcheck ./...
	go mod tidy -diff

# No test may skip: what a test needs is installed by deps, or is a failure.
test-go: frontend/node_modules
	scripts/gotest.sh -race ./...
	scripts/gotest.sh -tags crosscheck ./ot -run CrossCheck
	scripts/gotest.sh ./server -run Random -frames 40000

test-fuzz:
	scripts/fuzz.sh 2s

test-sim:
	go test ./fuzz -run 'TestSimulate|TestConverge' -count=1 -timeout 30m -seeds 6000 -seed 1000

test-frontend: frontend/node_modules
	cd frontend && npm run check && npm run lint && npm test && npm run fresh

test-browser: frontend/node_modules
	cd frontend && npm run e2e

FUZZTIME ?= 5m
SEED ?= 0
SEEDS ?= 1000000
PAIRS ?= 10000000
fuzz:
	scripts/fuzz.sh $(FUZZTIME)
	go test ./fuzz -run TestSimulate -count=1 -timeout 0 -seed $(SEED) -seeds $(SEEDS)
	go test ./ot -run 'TestLaws/^L[1-5]' -count=1 -timeout 0 -seeds $(PAIRS)
	COLLABD_EXHAUSTIVE=1 go test ./ot -run Exhaustive -count=1 -timeout 0

FRAMES ?= 1000000
hostile:
	go test ./server -run TestRandom -count=1 -timeout 0 -v -frames $(FRAMES)

KILLS ?= 1000
torture:
	scripts/torture.sh $(KILLS) $(SEED)

SCENARIOS ?= 200
torture-browser: frontend/node_modules
	cd frontend && SCENARIOS=$(SCENARIOS) SEED=$(SEED) npm run torture

bench:
	go test ./... -run '^$$' -bench . -benchmem

bench-ot: bench/ot/node_modules
	go run ./bench/ot -o docs/benchmarks/ot.md

bench/ot/node_modules: bench/ot/package-lock.json
	cd bench/ot && npm ci --no-audit --no-fund
	@touch bench/ot/node_modules

bench-server: bench/server/node_modules
	go run ./bench/server -o docs/benchmarks/server.md

bench/server/node_modules: bench/server/package-lock.json
	cd bench/server && npm ci --no-audit --no-fund
	@touch bench/server/node_modules

bench-browser: frontend/node_modules
	cd frontend && REPORT=../docs/benchmarks/browser.md npm run bench

screenshots: frontend/node_modules
	cd frontend && npm run screenshots
