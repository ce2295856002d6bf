#!/usr/bin/env bash
# Runs the demo and watches its console in a browser. Screenshots stay in .cache/demo-test.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .cache/demo-test
scripts/demo.sh >.cache/demo-test/demo.log 2>&1 </dev/null &
demo=$!
finish() {
  kill -TERM "$demo" 2>/dev/null || true
  wait "$demo" || true
}
trap finish EXIT

until grep -q '^Moving pictures: ' .cache/demo-test/demo.log; do
  if ! kill -0 "$demo" 2>/dev/null; then
    cat .cache/demo-test/demo.log >&2
    exit 1
  fi
  sleep 0.2
done

node web/test/watch.mjs
