#!/usr/bin/env bash
# Holds what documents promise: the commands they name exist, and links inside the project lead somewhere. That both languages say the same
# is held by a test, docs/docs_test.go.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
complain() {
  echo "check-docs: $*" >&2
  failed=1
}

while read -r target; do
  grep -qE "^$target:" Makefile scripts/*.mk || complain "a document names 'make $target', which does not exist"
done < <(git ls-files '*.md' | xargs grep -ohE '\bmake [a-z][a-z-]+`' | tr -d '`' | awk '{print $2}' | sort -u)

while read -r file; do
  [ -e "$file" ] || complain "CONTRIBUTING.md names $file, which does not exist"
done < <(grep -oE '[a-z_0-9]+/[a-z/_0-9]+\.go' CONTRIBUTING.md)

git ls-files '*.md' | scripts/check-links.sh || failed=1

exit "$failed"
