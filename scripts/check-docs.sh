#!/usr/bin/env bash
# Holds what documents promise: both READMEs have the same outline, their commands exist, and links inside the project lead somewhere.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
complain() {
  echo "check-docs: $*" >&2
  failed=1
}

# Heading levels, code blocks and table rows in their order, without the words.
outline() { awk '/^```/{c=!c; print; next} c{print; next} /^#/{print $1} /^\|/{print "row"}' "$1"; }
if ! diff <(outline README.md) <(outline README.zh.md) >&2; then
  complain "README.md and README.zh.md differ in headings, tables or code"
fi

while read -r target; do
  grep -qE "^$target:" Makefile scripts/*.mk || complain "a document names 'make $target', which does not exist"
done < <(git ls-files '*.md' | xargs grep -ohE '\bmake [a-z][a-z-]+`' | tr -d '`' | awk '{print $2}' | sort -u)

while read -r file; do
  [ -e "$file" ] || complain "CONTRIBUTING.md names $file, which does not exist"
done < <(grep -oE '[a-z_0-9]+/[a-z/_0-9]+\.go' CONTRIBUTING.md)

while read -r file; do
  while read -r link; do
    [ -e "$(dirname "$file")/$link" ] || complain "$file links to $link, which does not exist"
  done < <(grep -oE '\]\([^)#: ]+[)#]' "$file" | sed 's/^..//; s/.$//')
done < <(git ls-files '*.md')

exit "$failed"
