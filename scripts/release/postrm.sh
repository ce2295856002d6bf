#!/bin/sh
# dpkg runs this after it has taken the files away. A purge leaves nothing: no state, no configuration, no user.
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl reset-failed mediapusher.service 2>/dev/null || true
fi
case "$1" in
  purge)
    rm -rf /var/lib/mediapusher /etc/systemd/system/mediapusher.service.d
    rm -f /etc/mediapusher/mediapusher.yml
    if [ -d /etc/mediapusher ]; then
      rmdir --ignore-fail-on-non-empty /etc/mediapusher
    fi
    if getent passwd mediapusher >/dev/null; then
      userdel mediapusher
    fi
    ;;
esac
