#!/usr/bin/env bash
# Runs every fuzz target of the module for FUZZTIME each (30s). A crash leaves its input in the package's testdata/fuzz.
# An input is made smaller in 10 steps at most: the usual minute of it would take most of the time.
set -euo pipefail
cd "$(dirname "$0")/.."

go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | while read -r package; do
  go test -list '^Fuzz' "$package" | { grep '^Fuzz' || true; } | while read -r target; do
    echo "fuzz: $package $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" -fuzzminimizetime 10x "$package" </dev/null
  done
done
