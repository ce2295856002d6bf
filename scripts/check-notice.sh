#!/usr/bin/env bash
# NOTICE names every module that is compiled into the programs, on every platform we build for, and no other.
set -euo pipefail
cd "$(dirname "$0")/.."

modules() {
  for platform in linux/amd64 linux/arm64 windows/amd64; do
    GOOS=${platform%/*} GOARCH=${platform#*/} CGO_ENABLED=0 \
      go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}' ./cmd/...
  done | sort -u
}

if ! diff <(grep -oE '^  [a-z]+\.[^ ]+/[^ ]+' NOTICE | tr -d ' ' | sort -u) <(modules); then
  echo "check-notice: NOTICE (<) and the programs (>) name different modules" >&2
  exit 1
fi
