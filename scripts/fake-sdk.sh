#!/usr/bin/env bash
# Builds the fake vendor libraries (vendor_sdk/fake) for tests, with the names of the real ones.
#
#   scripts/fake-sdk.sh [--sanitize=address] [--windows] OUTDIR
#
# OUTDIR gets hikvision/ and dahua/. --windows builds DLLs with mingw-w64. CC and CFLAGS choose another compiler and more flags.
set -euo pipefail
cd "$(dirname "$0")/.."

sanitize='' windows='' out=''
for argument in "$@"; do
  case $argument in
  --sanitize=*) sanitize=$argument ;;
  --windows) windows=yes ;;
  -*) echo "fake-sdk: unknown option $argument" >&2 && exit 2 ;;
  *) out=$argument ;;
  esac
done
[ -n "$out" ] || { echo "usage: scripts/fake-sdk.sh [--sanitize=address] [--windows] OUTDIR" >&2 && exit 2; }

compiler=${CC:-gcc}
flags=(-std=c11 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Werror -fvisibility=hidden -shared)
libraries=(-pthread)
if [ -n "$windows" ]; then
  compiler=${CC:-x86_64-w64-mingw32-gcc}
  flags+=(-D__USE_MINGW_ANSI_STDIO=1 -D_WIN32_WINNT=0x0600 -static)
  libraries+=(-lws2_32)
else
  flags+=(-fPIC)
  libraries+=(-ldl)
fi
# Frames stay readable for the sanitizer's reports.
[ -z "$sanitize" ] || flags+=("-f${sanitize#--}" -fno-omit-frame-pointer)
read -ra more <<<"${CFLAGS:-}"

# library TARGET SOURCE...: one library. It is moved into place whole: a process may have the old one loaded.
library() {
  local target=$1
  shift
  mkdir -p "$(dirname "$target")"
  local sources=("${@/#/vendor_sdk/fake/}")
  "$compiler" "${flags[@]}" "${more[@]}" -o "$target.new" "${sources[@]}" "${libraries[@]}"
  mv "$target.new" "$target"
}

common=(check.c sim.c core.c login.c stream.c)
hikvision=(hik_init.c hik_signals.c hik_events.c hik_login.c hik_live.c hik_find.c hik_play.c)
dahua=(dahua_init.c dahua_login.c dahua_live.c dahua_find.c dahua_play.c)
components=(HCPreview HCPlayBack HCCoreDevCfg HCGeneralCfgMgr StreamTransClient SystemTransform)

if [ -n "$windows" ]; then
  library "$out/hikvision/HCNetSDK.dll" "${common[@]}" "${hikvision[@]}"
  helpers=(hikvision/{HCCore,hpr,hlog,libcrypto-1_1-x64,libssl-1_1-x64}.dll dahua/{avnetsdk,dhconfigsdk}.dll)
  helpers+=("${components[@]/#/hikvision/HCNetSDKCom/}")
  library "$out/dahua/dhnetsdk.dll" "${common[@]}" "${dahua[@]}"
  suffix=.dll
else
  library "$out/hikvision/libhcnetsdk.so" "${common[@]}" "${hikvision[@]}"
  helpers=(hikvision/lib{HCCore,hpr,crypto,ssl}.so dahua/lib{avnetsdk,dhconfigsdk}.so)
  helpers+=("${components[@]/#/hikvision/HCNetSDKCom/lib}")
  library "$out/dahua/libdhnetsdk.so" "${common[@]}" "${dahua[@]}"
  suffix=.so
fi

stub=$(mktemp)
trap 'rm -f "$stub"' EXIT
library "$stub" stub.c
for helper in "${helpers[@]}"; do
  case $helper in *"$suffix") ;; *) helper+=$suffix ;; esac
  mkdir -p "$(dirname "$out/$helper")"
  cp "$stub" "$out/$helper.new"
  mv "$out/$helper.new" "$out/$helper"
done
