#!/usr/bin/env bash
# What the linter cannot see: where cgo stands, how long files are, and what must not be committed at all.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
complain() {
  echo "check-tree: $*" >&2
  failed=1
}

while read -r file; do
  complain "$file: cgo and SDK build tags live below vendor_sdk only"
done < <(git grep -lE '^import "C"|^//go:build .*(hiksdk|dahuasdk)' -- '*.go' ':!vendor_sdk')

while read -r lines file; do
  [ "$lines" -le 450 ] || complain "$file has $lines lines: it holds more than one subject (450 at most)"
done < <(git ls-files '*.go' ':!*_test.go' | xargs -r wc -l | grep -v ' total$')

while read -r file; do
  [ ! -f "$file" ] || [ "$(stat -c %s "$file")" -le 1048576 ] || complain "$file is larger than 1 MiB"
done < <(git ls-files)

while read -r file; do
  complain "$file: vendor libraries and headers are not ours to pass on"
done < <(git ls-files '*.so' '*.so.*' '*.dll' '*.lib' '*.dylib' '**/HCNetSDK.h' '**/dhnetsdk.h')

exit "$failed"
