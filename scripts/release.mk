# What is handed out: archives, Debian packages, checksums and lists of parts. The same commit gives the same bytes.

NFPM = github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.0

.PHONY: release test-install

release: go ## archives and packages for every platform, checksums and SBOMs, into dist/release/
	scripts/deps.sh demo release
	$(MAKE) --no-print-directory web
	VERSION=$(VERSION) NFPM=$(NFPM) scripts/release.sh dist/release $(PLATFORMS)

test-install: go ## install, upgrade, freeze and remove the service on a fresh Debian 12 under systemd (as root)
	scripts/deps.sh demo release install
	$(MAKE) --no-print-directory web
	NFPM=$(NFPM) scripts/try-install.sh
