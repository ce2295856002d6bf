#!/usr/bin/env bash
# Looks whether the links of documents lead somewhere. The names of the documents come by standard input, a line each.
set -euo pipefail
failed=0
while read -r file; do
  while read -r link; do
    [ -e "$(dirname "$file")/$link" ] || { echo "check-links: $file links to $link, which does not exist" >&2; failed=1; }
  done < <(grep -oE '\]\([^)#: ]+[)#]' "$file" | sed 's/^..//; s/.$//')
done
exit "$failed"
