#!/usr/bin/env bash
# shellcheck disable=SC2016 # the inner shells expand
# Builds the program with the SDK bindings in a Debian 11 root, so that it runs on the old systems where the makers' libraries live, and
# checks how old they may be: build-sdk-oldest.sh [ROOT]. Needs root and debootstrap; ROOT is made where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$(realpath -m "${1:-.cache/debian11}")
go=$(${GO:-go} env GOROOT)
modules=$(${GO:-go} env GOMODCACHE)
out=dist/linux-amd64-sdk
# CentOS 7 has 2.17, CentOS 8 2.28.
oldest=2.17

"${GO:-go}" mod download # the root has no network
if [ ! -x "$root/usr/bin/gcc" ]; then
  command -v debootstrap >/dev/null || { echo "build-sdk-oldest: debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }
  debootstrap --variant=minbase --include=gcc,libc6-dev bullseye "$root"
fi
mkdir -p "$out" "$root/usr/local/go" "$root/modules" "$root/source"
version=${VERSION:-$(git describe --tags --always --dirty)}
unshare --mount --propagation private bash -euc '
  root=$1 go=$2 modules=$3 out=$4 version=$5
  mount --bind "$go" "$root/usr/local/go"
  mount --bind "$modules" "$root/modules"
  mount --bind . "$root/source"
  mount --bind /proc "$root/proc"
  exec chroot "$root" /usr/bin/env -i PATH=/usr/local/go/bin:/usr/bin:/bin HOME=/tmp GOMODCACHE=/modules GOPROXY=off \
    CGO_ENABLED=1 sh -euc "cd /source
      go build -buildvcs=false -trimpath -tags hiksdk,dahuasdk -ldflags \"-X main.version=$version\" -o $out/ ./cmd/mediapusher
      $out/mediapusher --version"
' - "$root" "$go" "$modules" "$out" "$version"
printf 'oldest glibc of %s/mediapusher: ' "$out"
scripts/glibc.sh "$out/mediapusher" "$oldest"
