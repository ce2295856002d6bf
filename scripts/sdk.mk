# The makers' SDKs: the program with their bindings, which needs a C compiler, and its tests with fake libraries of our own. Nothing of a
# maker is needed for either.

SDK_TAGS  = hiksdk,dahuasdk
SDK_BUILD = CGO_ENABLED=1 $(GO) build -trimpath -tags $(SDK_TAGS) -ldflags "-X main.version=$(VERSION)"
SDK_TEST  = CGO_ENABLED=1 MEDIAPUSHER_E2E=require $(GO) test -tags $(SDK_TAGS) -timeout 15m
WINDOWS   = GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc
WINE      = wine
# What is tested with the libraries: the bindings and workers whole, elsewhere what has SDK in its name.
SDK_ROOMS  = ./vendor_sdk/... ./internal/sdkway/...
SDK_OTHERS = ./hik ./dahua ./internal/e2e

.PHONY: build-sdk build-sdk-oldest fake-sdk test-sdk test-sdk-wine

build-sdk: go web ## build bin/mediapusher with the bindings of the makers' SDKs, and the one for Windows into dist/
	scripts/deps.sh race mingw
	mkdir -p bin
	$(SDK_BUILD) -o bin/ ./cmd/mediapusher
	$(GO_BUILD) -o bin/ ./cmd/nvrsim
	@printf 'oldest glibc of bin/mediapusher: ' && scripts/glibc.sh bin/mediapusher
	$(WINDOWS) $(SDK_BUILD) -o dist/windows-amd64-sdk/ ./cmd/mediapusher
	@! x86_64-w64-mingw32-objdump -p dist/windows-amd64-sdk/mediapusher.exe | grep 'DLL Name: lib' # of the compiler: nobody has them

build-sdk-oldest: go web ## the same for old Linux systems, built in a Debian 11 root (as root, with debootstrap)
	VERSION=$(VERSION) scripts/build-sdk-oldest.sh

fake-sdk: ## build the fake SDKs for tests, into bin/fake-sdk
	scripts/deps.sh race mingw
	scripts/fake-sdk.sh bin/fake-sdk

test-sdk: go fake-sdk ## tests with the fake SDKs, once with the race detector and once with the address sanitizer
	scripts/fake-sdk.sh --sanitize=address bin/fake-sdk-asan
	MEDIAPUSHER_FAKE_SDK=$(CURDIR)/bin/fake-sdk $(SDK_TEST) -run SDKCycles ./hik ./dahua # 10,000; with instruments fewer
	MEDIAPUSHER_FAKE_SDK=$(CURDIR)/bin/fake-sdk $(SDK_TEST) -race $(SDK_ROOMS)
	MEDIAPUSHER_FAKE_SDK=$(CURDIR)/bin/fake-sdk $(SDK_TEST) -race -run SDK $(SDK_OTHERS)
	MEDIAPUSHER_FAKE_SDK=$(CURDIR)/bin/fake-sdk-asan $(SDK_TEST) -asan $(SDK_ROOMS)
	MEDIAPUSHER_FAKE_SDK=$(CURDIR)/bin/fake-sdk-asan $(SDK_TEST) -asan -run SDK $(SDK_OTHERS)

test-sdk-wine: go ## tests of bindings and workers as Windows programs, under Wine where there is one (WINE=wine)
	scripts/deps.sh mingw
	scripts/fake-sdk.sh --windows bin/fake-sdk-windows
	$(WINDOWS) WINEDEBUG=-all MEDIAPUSHER_FAKE_SDK=$(CURDIR)/bin/fake-sdk-windows CGO_ENABLED=1 \
		$(GO) test -tags $(SDK_TAGS) -timeout 15m -exec $(WINE) ./vendor_sdk/...
