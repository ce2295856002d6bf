#!/usr/bin/env bash
# Compares our declarations of the makers' structs (vendor_sdk/*/layout.h) with a header of the maker, where one is at hand:
# check-sdk-layout.sh HEADER_DIR [HEADER_DIR...]. Each directory holds HCNetSDK.h or dhnetsdk.h; which one it is decides what is compared.
# With mingw-w64's g++ the layout for Windows is compared too, where the header compiles with it. Headers are the makers': keep them out of
# the tree.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || { echo "usage: $0 HEADER_DIR..." >&2; exit 2; }

# check COMPILER SYSTEM DIRECTORY HEADER TABLE
check() {
  "$1" -x c++ -std=gnu++17 -fsyntax-only -w -fpermissive -I "$3" - <<END
#include <cstddef>
#include <cstdint>
#ifdef _WIN32
#include <winsock2.h>
#include <windows.h>
#define BY_PLATFORM(on_linux, on_windows) (on_windows)
#else
#define BY_PLATFORM(on_linux, on_windows) (on_linux)
#endif
#include "$4"
#define LAYOUT_STRUCT(type, size, windows) static_assert(sizeof(type) == BY_PLATFORM(size, windows), "size of " #type);
#define LAYOUT_FIELD(type, field, at, windows_at, size, windows) \
  static_assert(offsetof(type, field) == BY_PLATFORM(at, windows_at), "place of " #type "." #field); \
  static_assert(sizeof(((type *)0)->field) == BY_PLATFORM(size, windows), "size of " #type "." #field);
#define LAYOUT_NEWER(type, field, at, windows_at, size, windows)
#include "$5"
END
  echo "$3/$4 agrees with $5 ($2)"
}

for directory in "$@"; do
  directory=$(cd "$directory" && pwd)
  found=
  for pair in HCNetSDK.h:hcnetsdk dhnetsdk.h:dhnetsdk; do
    header=${pair%%:*}
    table=$here/vendor_sdk/${pair##*:}/layout.h
    if [ ! -f "$directory/$header" ] || [ ! -f "$table" ]; then
      continue
    fi
    found=yes
    check "${CXX:-g++}" Linux "$directory" "$header" "$table"
    if command -v x86_64-w64-mingw32-g++ >/dev/null; then
      check x86_64-w64-mingw32-g++ Windows "$directory" "$header" "$table"
    fi
  done
  [ -n "$found" ] || { echo "$directory: neither HCNetSDK.h nor dhnetsdk.h, or no table for it" >&2; exit 1; }
done
