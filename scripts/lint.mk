# Linters. The version is pinned here and nowhere else; the binary lands in .cache/bin.

GOLANGCI_VERSION = v2.13.2
GOLANGCI         = .cache/bin/golangci-lint-$(GOLANGCI_VERSION)

# What looks different with the bindings of the makers' SDKs.
SDK_LINTED = ./vendor_sdk/... ./internal/sdkway/... ./hik/... ./dahua/... ./cmd/... ./internal/e2e/...

.PHONY: lint fmt tidy-check

lint: $(GOLANGCI) ## layers, habits, formats, scripts and documents
	scripts/deps.sh lint race mingw
	$(GOLANGCI) run --timeout 20m
	CGO_ENABLED=1 $(GOLANGCI) run --timeout 20m --build-tags $(SDK_TAGS) $(SDK_LINTED)
	GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc CGO_ENABLED=1 $(GO) vet -tags $(SDK_TAGS) $(SDK_LINTED)
	shellcheck --exclude=SC2317 scripts/*.sh scripts/release/*.sh .ci/run
	scripts/check-tree.sh
	scripts/check-docs.sh
	scripts/check-notice.sh

fmt: $(GOLANGCI) ## format the Go files
	$(GOLANGCI) fmt

tidy-check: ## go.mod and go.sum hold what is used, and only that
	$(GO) mod tidy -diff

$(GOLANGCI):
	mkdir -p .cache/bin
	GOBIN=$(CURDIR)/.cache/bin CGO_ENABLED=0 $(GO) install -trimpath github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .cache/bin/golangci-lint $@
