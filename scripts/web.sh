#!/usr/bin/env bash
# Fetches the player (mpegts.js) that the lock file names into web/vendor/, from where the binary embeds it.
set -euo pipefail
cd "$(dirname "$0")/../web"

if ! command -v npm >/dev/null; then
  echo "web: npm is missing, so the pages are built without their player ('make demo' installs npm)"
  exit 0
fi
if [ vendor/mpegts.js -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package-lock.json ]; then
  exit 0
fi
npm ci --no-progress --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null
cp node_modules/mpegts.js/dist/mpegts.js{,.LICENSE.txt} node_modules/mpegts.js/LICENSE vendor/
touch vendor/mpegts.js node_modules/.package-lock.json
