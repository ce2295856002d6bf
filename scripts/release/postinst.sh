#!/bin/sh
# dpkg runs this after it has put the files in place. The service's own command does what there is to do, and says how long streams
# were away; a service that does not start leaves the package installed, so that it can be mended.
set -e
case "$1" in
  configure)
    if ! /usr/bin/mediapusher service install; then
      echo "mediapusher: installed, but the service does not run; when that is mended: mediapusher service install" >&2
    fi
    ;;
esac
