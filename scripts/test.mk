# Tests. MEDIAPUSHER_E2E=require makes a missing foreign program (nginx-rtmp, GStreamer, ffmpeg) a failure instead of a skip.

RACE     ?=
FUZZTIME ?= 30s
BENCH    ?=

.PHONY: test test-race fuzz bench clips

test: ## every test, with foreign servers and a browser; RACE=1 adds the race detector
	scripts/deps.sh go demo test browser race mingw
	$(MAKE) --no-print-directory build
	MEDIAPUSHER_E2E=require $(if $(RACE),CGO_ENABLED=1) $(GO) test $(if $(RACE),-race) -timeout 30m ./...
	$(MAKE) --no-print-directory test-sdk
	scripts/demo-test.sh

test-race: ## make test with the race detector
	$(MAKE) --no-print-directory test RACE=1

fuzz: ## run every fuzz target for FUZZTIME (30s)
	FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

bench: ## CPU, memory and allocations of the media road, beside ffmpeg -c copy; BENCH="-n 1,20" hands on flags
	scripts/deps.sh go clips test
	$(MAKE) --no-print-directory build
	$(GO) run ./internal/bench $(BENCH)

clips: ## make the simulator's clips again
	scripts/deps.sh clips
	scripts/clips.sh
