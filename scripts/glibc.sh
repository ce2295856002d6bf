#!/usr/bin/env bash
# Prints the oldest glibc that a Linux program runs on, that is the newest symbol version it asks for, "2.31". Nothing where it is static.
# glibc.sh PROGRAM [LIMIT]: with a limit it fails where the program needs a newer one.
set -euo pipefail

needed=$(objdump -T "$1" 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1 || true)
echo "${needed:-static}"
if [ -n "${2:-}" ] && [ "$(printf '%s\n' "$needed" "$2" | sort -V | tail -n 1)" != "$2" ]; then
  echo "glibc: $1 needs glibc $needed, wanted is at most $2" >&2
  exit 1
fi
