# lbsim. `make` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go

# Where goroutines are: what the race detector has something to say about.
CONCURRENT := ./balancer ./proxy/... ./studies/capacity ./studies/compare ./studies/lab/... ./studies/remap ./studies/replay
# What must give the same bits on every platform.
FINGERPRINTED := ./random ./workloads ./sim
FINGERPRINT := -run 'Fingerprint|SameBitsEverywhere'
WASM_EXEC := $(shell $(GO) env GOROOT)/lib/wasm/go_js_wasm_exec
# The second core where there is one: the first takes the interrupts.
PIN := $(shell command -v taskset >/dev/null && echo "taskset -c $$(( $$(getconf _NPROCESSORS_ONLN) > 1 ))")

ROUNDS ?= 6# benchstat wants six for an interval
BENCHTIME ?= 1s

.PHONY: help demo build install test check lint fuzz race fingerprint wasm golden truth pgo bench bench-speed bench-resilience bench-features bench-memory bench-parallel bench-proxy bench-hashing bench-lab bench-drills clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' Makefile

demo: ## compare three algorithms under a mixed load; charts in out/
	$(GO) run ./cmd/lbsim compare --out out/

build: ## bin/lbsim
	$(GO) build -trimpath -o bin/lbsim ./cmd/lbsim

install: ## lbsim into the Go tool's bin folder
	$(GO) install -trimpath ./cmd/lbsim

test: ## the whole test suite
	$(GO) test ./...

check: lint race fingerprint test ## lint, race detector, fingerprints and the test suite

lint: ## gofmt, vet, staticcheck; govulncheck where its database can be reached
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	@echo "$(GO) tool govulncheck ./..."; \
	if out=$$($(GO) tool govulncheck ./... 2>&1); then echo "$$out"; \
	elif grep -q 'fetching vulnerabilities' <<<"$$out"; then echo "NOT CHECKED for known vulnerabilities: the database can't be reached: $$(tail -1 <<<"$$out")"; \
	else echo "$$out"; exit 1; fi

# Go makes each new input small for up to a minute, in which nothing else is tried: ten tries are enough.
fuzz: ## every fuzz test for FUZZTIME (30s)
	@for f in config/decode:FuzzParse config/envoy:FuzzRead config/haproxy:FuzzRead config/nginx:FuzzRead proxy:FuzzCookie \
		scenarios:FuzzScenario studies/remap:FuzzChanges workloads:FuzzReadTrace; do \
		$(GO) test ./$${f%:*} -run '^$$' -fuzz "^$${f#*:}$$" -fuzztime $(or $(FUZZTIME),30s) -fuzzminimizetime 10x || exit 1; \
	done

race: ## the race detector where goroutines are
	$(GO) test -race $(CONCURRENT)

fingerprint: ## the same bits on amd64 of every level
	GOARCH=amd64 GOAMD64=v1 $(GO) test $(FINGERPRINT) $(FINGERPRINTED)
	@if [ "$$($(GO) env GOARCH)" != amd64 ]; then echo "NOT CHECKED on amd64 v3: this is no amd64"; \
	elif grep -qw avx2 /proc/cpuinfo 2>/dev/null && grep -qw fma /proc/cpuinfo; then \
		echo "GOAMD64=v3 $(GO) test $(FINGERPRINTED)"; GOAMD64=v3 $(GO) test $(FINGERPRINT) $(FINGERPRINTED); \
	else echo "NOT CHECKED on amd64 v3: no sign of a processor that has it"; fi

wasm: ## the same bits on wasm, run by node
	GOOS=js GOARCH=wasm $(GO) test -exec="bash $(WASM_EXEC)" $(FINGERPRINT) $(FINGERPRINTED)

golden: ## rewrite the golden files of tests; read the difference before committing
	@for folder in $$(grep -rl --include='*_test.go' 'Bool("update"' . | xargs -n1 dirname | sort -u); do \
		echo "$(GO) test $$folder -update"; $(GO) test $$folder -update; done
	@git status --short -- '*testdata*'

# Built with the profile that the program is built with.
truth: ## every known answer, and how often intervals hold it (an hour on two cores)
	LBSIM_TRUTH=1 $(GO) test -pgo=$(CURDIR)/cmd/lbsim/default.pgo -timeout 6h -v ./algorithms ./balancer ./studies/remap ./studies/truth

bench: bench-speed bench-resilience bench-features bench-memory bench-parallel ## all measurements of BENCHMARKS.md

# Built with the profile that the program is built with.
bin/sim.test: FORCE
	@$(GO) test -pgo=cmd/lbsim/default.pgo -c -o $@ ./sim
FORCE:

# The compiler reads it whenever it builds the program.
pgo: bin/sim.test ## renew the profile that guides the compiler
	@cd bin; $(PIN) ./sim.test -test.run '^$$' -test.bench '^Benchmark(Engine|General|Resilient|Timeouts|Sharing)$$/^(round_robin|power_of_two|least_connections|timeout=.*|jobs=100)$$/^(10|100|1000)?$$' \
		-test.benchtime 5000000x -test.cpu 1 -test.cpuprofile ../cmd/lbsim/default.pgo

# The yardstick and the engine run side by side, in rounds, so that a machine
# that becomes slower for a while slows both.
bench-speed: bin/sim.test ## processor time of a request against the yardstick
	@rm -f bin/speed.txt; cd bin; for round in $$(seq $(ROUNDS)); do \
		for algorithm in round_robin power_of_two least_connections; do for n in 10 100 1000 10000 100000; do \
			$(PIN) ./sim.test -test.run '^$$' -test.bench "^Benchmark(Yardstick|Engine)\$$/^$$algorithm\$$/^$$n\$$" -test.benchtime $(BENCHTIME) -test.cpu 1 >>speed.txt; \
		done; done; echo "round $$round of $(ROUNDS) done" >&2; done
	@sed -E 's#^Benchmark([A-Za-z]+)/([a-z_]+)/([0-9]+)#Benchmark\1/algorithm=\2/servers=\3#' bin/speed.txt | awk '/^[a-z]+:/ && seen[$$0]++ {next} /^PASS/ {next} {print}' >bin/speed.bench
	@$(GO) tool benchstat -filter '.unit:(cpu-ns/op OR allocs/op)' -col .name -row /algorithm,/servers bin/speed.bench
	@awk -v of=Engine -v over=Yardstick -f sim/testdata/ratio.awk bin/speed.bench

bench-resilience: bin/sim.test ## what it costs a request that balancers are ready for failures
	@rm -f bin/resilience.txt; cd bin; for round in $$(seq $(ROUNDS)); do for n in 10 100 1000 10000; do \
		$(PIN) ./sim.test -test.run '^$$' -test.bench "^Benchmark(Engine|General|Resilient)\$$/^(round_robin|power_of_two|least_connections)\$$/^$$n\$$" -test.benchtime $(BENCHTIME) -test.cpu 1 >>resilience.txt; \
		done; echo "round $$round of $(ROUNDS) done" >&2; done
	@for over in General Engine; do awk -v of=Resilient -v over=$$over -f sim/testdata/ratio.awk bin/resilience.txt; done

bench-features: bin/sim.test ## what time-outs and processor sharing cost
	@cd bin; $(PIN) ./sim.test -test.run '^$$' -test.bench '^Benchmark(Timeouts|Sharing)$$' -test.cpu 1

bench-memory: bin/sim.test ## the memory that a hundred million requests take
	@cd bin; $(PIN) ./sim.test -test.run '^$$' -test.bench '^BenchmarkMemory$$' -test.benchtime 100000000x -test.cpu 1

# Eight replications, on one core and on two; the bytes that come out are the same.
bench-parallel: build ## how much faster two cores are than one
	@run() { GOMAXPROCS=$$1 bin/lbsim run mixed-load --quiet --set run.replications=8 --set run.warmup=60s --duration 6000s --json >bin/on-$$1.json; }; \
	run 1; TIMEFORMAT=%R; for round in 1 2 3; do \
		one=$$( { time run 1; } 2>&1 ); two=$$( { time run 2; } 2>&1 ); \
		cmp bin/on-1.json bin/on-2.json; \
		awk "BEGIN {printf \"8 replications: %.2f s on one core, %.2f s on two: %.2fx; the same bytes\n\", $$one, $$two, $$one/$$two}"; done

bench-drills: ## all drills of twenty servers at 1,000 requests a second, on all cores
	@$(GO) test -pgo=$(CURDIR)/cmd/lbsim/default.pgo -run '^$$' -bench '^BenchmarkTwenty$$' -benchtime 3x ./studies/drills

bench-proxy: ## a call of the guard, a request through the proxy, and that of nginx, HAProxy and Caddy where they are installed
	$(GO) test -run '^$$' -bench '^Benchmark(Guard|Request)$$' -benchtime $(BENCHTIME) -cpu 2 -count 5 ./proxy
	@mkdir -p bin; $(GO) test -c -o bin/proxy.test ./proxy; cd bin; for round in 1 2 3 4 5; do \
		./proxy.test -test.run '^$$' -test.bench '^BenchmarkPeers$$' -test.benchtime 30000x -test.cpu 2 | grep -v '^[a-z]*:\|^PASS'; done

# The peers are in a module of their own, so that they are no dependencies.
bench-lab: build ## what is measured for real beside what is simulated, through lbsim and other products; minutes each
	@for proxy in lbsim nginx haproxy caddy; do command -v $$proxy >/dev/null || [ $$proxy = lbsim ] || { echo "NOT MEASURED: $$proxy is not installed"; continue; }; \
		bin/lbsim lab lab-small --proxy $$proxy --algorithms rr,lc,p2c,ip_hash --quiet; done

bench-hashing: ## lookups and changes of the consistent hashes, and lookups of well-known Go packages
	$(GO) test -run '^$$' -bench '^Benchmark(Lookup|Change)$$' -benchtime $(BENCHTIME) ./algorithms
	cd algorithms/peers && $(GO) test -bench . -benchtime $(BENCHTIME)

clean: ## remove what was built and drawn
	rm -rf bin out
