#!/bin/sh
# dpkg runs this before it takes the files away. At an upgrade the old version goes on until the new one is there.
set -e
case "$1" in
  remove | deconfigure)
    if [ -d /run/systemd/system ]; then
      systemctl stop mediapusher.service
    fi
    systemctl disable mediapusher.service >/dev/null 2>&1 || true
    ;;
esac
