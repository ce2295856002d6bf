# Programs: bin/ for this machine, dist/ for others. No C compiler is needed.

GO_BUILD  = CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-X main.version=$(VERSION)"
PLATFORMS = linux/amd64 linux/arm64 windows/amd64

.PHONY: build web cross clean go

build: go web ## build bin/mediapusher and bin/nvrsim
	mkdir -p bin
	$(GO_BUILD) -o bin/ ./cmd/mediapusher ./cmd/nvrsim

go:
	@scripts/deps.sh go

web:
	scripts/web.sh

cross: go web ## build and vet for every platform in PLATFORMS, into dist/
	@for platform in $(PLATFORMS); do \
		export GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0; \
		echo "cross: $$GOOS/$$GOARCH"; \
		mkdir -p "dist/$$GOOS-$$GOARCH"; \
		$(GO_BUILD) -o "dist/$$GOOS-$$GOARCH/" ./cmd/mediapusher ./cmd/nvrsim; \
		$(GO) vet ./...; \
	done

clean: ## remove what make has made here, and no maker's files in an sdk folder beside a program
	rm -rf .cache web/vendor/mpegts.js web/vendor/LICENSE web/node_modules
	mkdir -p bin dist
	find bin dist ! -type d ! -path '*/sdk/*' -delete
	find bin dist -depth -type d -empty -delete
