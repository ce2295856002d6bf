# mediaPusher. `make` alone prints what there is; every topic has its own file in scripts/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export GO

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

include scripts/build.mk
include scripts/sdk.mk
include scripts/demo.mk
include scripts/release.mk
include scripts/test.mk
include scripts/lint.mk
