# The demo: two simulated recorders, the service, its own media server and the console.

.PHONY: demo demo-test

demo: ## show moving pictures: installs what is missing, builds, runs until Ctrl-C
	scripts/deps.sh go demo
	$(MAKE) --no-print-directory build
	scripts/demo.sh

demo-test: ## the demo in a headless browser: live, recordings, cameras
	scripts/deps.sh go demo browser
	$(MAKE) --no-print-directory build
	scripts/demo-test.sh
