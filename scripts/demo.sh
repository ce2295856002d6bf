#!/usr/bin/env bash
# Runs the simulated recorders and the service without any configuration until Ctrl-C, or until one of them ends.
# Their output goes to bin/demo-*.log, and nothing listens beyond loopback.
set -euo pipefail
cd "$(dirname "$0")/.."

page='http://127.0.0.1:8091/console/?demo'
pids=()
export MEDIAPUSHER_API_LISTEN=127.0.0.1:8090 MEDIAPUSHER_ADMIN_LISTEN=127.0.0.1:8091
export MEDIAPUSHER_EMBEDDED_RTMP_LISTEN=127.0.0.1:1935 MEDIAPUSHER_EMBEDDED_HTTP_LISTEN=127.0.0.1:8080
ports=(8090 8091 1935 8080 18080 18554 28080 28554 18090) # the last five are the simulator's

finish() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
trap finish EXIT
trap 'exit 0' INT TERM

# answers HOST PORT PATH: does it serve the path with 200?
answers() {
  local status
  status=$(
    exec 2>/dev/null 3<>"/dev/tcp/$1/$2" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$3" "$1" >&3
    head -n 1 <&3
  ) || return 1
  [[ $status == *" 200 "* ]]
}

# start NAME ARGUMENTS...: runs bin/NAME in the background, in a session of its own: Ctrl-C reaches this script alone, which ends the
# programs in order.
start() {
  local name=$1
  shift
  setsid "bin/$name" "$@" >"bin/demo-$name.log" 2>&1 </dev/null &
  pids=("$!" "${pids[@]}") # the last one started is stopped first
}

alive() {
  for pid in "${pids[@]}"; do
    kill -0 "$pid" 2>/dev/null || return 1
  done
}

fail() {
  echo "demo: $1; the last lines of the logs:" >&2
  tail -n 15 bin/demo-*.log >&2
  exit 1
}

taken=()
for port in "${ports[@]}"; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    taken+=("$port")
  fi
done
if [ "${#taken[@]}" -gt 0 ]; then # before the logs of a demo that runs already are written over
  echo "demo: taken on 127.0.0.1: port ${taken[*]}. Does another demo run, or an SRS? End it first." >&2
  exit 1
fi

export MEDIAPUSHER_DATA_DIR=bin/demo-data
start nvrsim
start mediapusher serve
for ((i = 0; i < 150; i++)); do
  alive || fail "a program ended at once"
  if answers 127.0.0.1 8091 /console/; then
    break
  fi
  sleep 0.2
done
answers 127.0.0.1 8091 /console/ || fail "no answer from $page after 30 s"

echo "Moving pictures: $page   (Ctrl-C ends the demo)"
echo "The simulated recorders and their channels: bin/demo-nvrsim.log"
echo "What the service says: bin/demo-mediapusher.log"
wait -n "${pids[@]}" || true
fail "a program ended"
