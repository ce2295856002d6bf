#!/usr/bin/env bash
# Installs what groups of make targets need and this machine lacks: deps.sh [go] [demo] [test] [browser] [race] [mingw] [lint] [clips] [release] [install]
# On Debian and its descendants with apt; elsewhere it says what is missing. Go itself is looked at only: Debian has an older one.
set -euo pipefail
shopt -s nullglob

missing=()

# need PACKAGE THING...: a thing is a command, or with a slash a file name pattern. Any missing thing asks for the package.
need() {
  local package=$1 thing
  shift
  for thing in "$@"; do
    case $thing in
      */*) compgen -G "$thing" >/dev/null && continue ;;
      *) { command -v "$thing" >/dev/null || [ -x "/usr/sbin/$thing" ]; } && continue ;;
    esac
    missing+=("$package")
    return 0
  done
}

# need_go ends the script unless there is the Go that go.mod asks for.
need_go() {
  local go=${GO:-go} wanted found
  wanted=$(awk '$1 == "go" { print $2 }' "$(dirname "$0")/../go.mod")
  if ! command -v "$go" >/dev/null; then
    echo "deps: Go $wanted or newer is needed, and there is no '$go' here: see https://go.dev/dl" >&2
    exit 1
  fi
  found=$("$go" env GOVERSION 2>/dev/null) || found=$(cd / && "$go" version 2>/dev/null | awk '{ print $3 }')
  found=${found#go}
  if [ "$(printf '%s\n' "$wanted" "${found:-0}" | sort -V | head -n 1)" != "$wanted" ]; then
    echo "deps: Go $wanted or newer is needed, and '$go' is ${found:-unreadable}: see https://go.dev/dl" >&2
    exit 1
  fi
}

for group in "$@"; do
  case $group in
    go) need_go ;;
    demo)
      need nodejs node
      need npm npm
      ;;
    browser)
      need nodejs node
      need npm npm
      need chromium chromium
      ;;
    race)
      need gcc gcc
      need libc6-dev /usr/include/stdio.h
      ;;
    mingw)
      need gcc-mingw-w64-x86-64 x86_64-w64-mingw32-gcc
      ;;
    lint) need shellcheck shellcheck ;;
    release)
      need zip zip
      need xz-utils xz
      ;;
    install)
      need debootstrap debootstrap
      need systemd-container systemd-nspawn
      need util-linux nsenter
      ;;
    clips)
      need ffmpeg ffmpeg ffprobe
      need fonts-dejavu-core /usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf
      ;;
    test)
      need ffmpeg ffmpeg ffprobe
      need nginx nginx
      need libnginx-mod-rtmp /usr/lib/nginx/modules/ngx_rtmp_module.so
      need python3 /usr/bin/python3
      need python3-gi /usr/lib/python3/dist-packages/gi/__init__.py
      need gir1.2-gst-rtsp-server-1.0 '/usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib'
      need gstreamer1.0-plugins-base '/usr/lib/*/gstreamer-1.0/libgsttypefindfunctions.so'
      need gstreamer1.0-plugins-good '/usr/lib/*/gstreamer-1.0/libgstrtp.so'
      need gstreamer1.0-plugins-bad '/usr/lib/*/gstreamer-1.0/libgstvideoparsersbad.so'
      need gstreamer1.0-plugins-ugly '/usr/lib/*/gstreamer-1.0/libgstx264.so'
      need gstreamer1.0-libav '/usr/lib/*/gstreamer-1.0/libgstlibav.so'
      ;;
    *)
      echo "deps: no group '$group'" >&2
      exit 2
      ;;
  esac
done
[ "${#missing[@]}" -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "deps: there is no apt-get here; install what Debian calls: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "deps: neither root nor sudo; install as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "deps: installing ${missing[*]}"
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
apt update || echo "deps: apt-get update had errors; the lists may do all the same" >&2
apt install -y --no-install-recommends "${missing[@]}"
