#!/usr/bin/env bash
# Tries the installation on a fresh Debian 12 that systemd boots in a container: from the archive and from the package; verified, started,
# frozen, upgraded, removed. try-install.sh [ROOT], as root with debootstrap and systemd-nspawn; NFPM as in release.sh. ROOT is a pristine Debian
# 12 that is made where it is missing; the trial runs in a copy of it, without a network of its own but loopback.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "try-install: this needs root" >&2; exit 1; }
pristine=$(realpath -m "${1:-.cache/debian12}")
go=${GO:-go}
arch=$("$go" env GOARCH)
work=$(mktemp -d)
root=$work/root
nspawn='' simulator=''

finish() {
  local status=$?
  trap - EXIT
  if [ -n "$simulator" ]; then
    kill "$simulator" 2>/dev/null || true
    wait "$simulator" 2>/dev/null || true
  fi
  [ -z "$nspawn" ] || down
  if [ "$status" -ne 0 ]; then
    echo "try-install: FAILED; the last lines of the container's console:" >&2
    tail -n 5 "$work"/console.log >&2 2>/dev/null || true
  fi
  rm -rf --one-file-system "$work"
  exit "$status"
}
trap finish EXIT

step() { printf '\n== %s\n' "$*"; }
fail() {
  echo "try-install: $*" >&2
  inside journalctl --no-pager -n 30 -u mediapusher >&2 || true
  exit 1
}

# boot starts systemd in a copy of the pristine root, and waits until it is up.
boot() {
  rm -rf --one-file-system "$root"
  cp -a "$pristine" "$root"
  mkdir -p "$root/media/release"
  cp "$work"/old/* "$work"/new/* "$root/media/release/"
  systemd-nspawn --quiet --directory="$root" --machine="try$$" --private-network --boot --register=no --keep-unit >"$work/console.log" 2>&1 </dev/null &
  nspawn=$!
  for _ in $(seq 300); do
    init=$(pgrep -P "$nspawn" | head -n 1) || init=''
    if [ -n "$init" ] && inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; then
      inside systemctl --failed --no-legend
      return
    fi
    kill -0 "$nspawn" || fail "systemd-nspawn has ended"
    pause
  done
  fail "the container did not boot"
}

# down ends the container: SIGRTMIN+3 is "halt" for systemd as the first process.
down() {
  kill -s RTMIN+3 "$init" 2>/dev/null || true
  for _ in $(seq 150); do
    kill -0 "$nspawn" 2>/dev/null || break
    pause
  done
  kill -KILL "$init" "$nspawn" 2>/dev/null || true
  wait "$nspawn" 2>/dev/null || true
  nspawn=''
}

pause() { read -rt 0.2 <> <(:) || true; }

# inside runs a command in the container; network only in its network.
inside() {
  nsenter --target "$init" --mount --uts --ipc --net --pid --root \
    env --chdir=/ -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
get() { nsenter --target "$init" --net curl --silent --show-error --fail --max-time 20 "$@"; }

property() { inside systemctl show mediapusher --property="$1" --value; }

# until_true SECONDS COMMAND...: waits for a condition.
until_true() {
  local left=$(($1 * 5))
  shift
  while ! "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    pause
  done
}

# everything prints what an installation could leave: files with their kind and owner, users, groups. The copies of the last state that
# dpkg and shadow keep of their own files, and the journal, come and go by themselves.
everything() {
  (cd "$root" && find boot etc home opt root srv usr var -xdev \
    ! -path 'var/log/*' ! -path 'var/cache/*' ! -path 'var/tmp/*' ! -path 'var/lib/systemd/*' ! -path 'var/lib/dpkg/*-old' \
    ! -path 'etc/passwd-' ! -path 'etc/group-' ! -path 'etc/shadow-' ! -path 'etc/gshadow-' ! -path 'etc/.pwd.lock' \
    -printf '%p %y %u:%g %m\n' | sort)
  cat "$root"/etc/{passwd,group,shadow,gshadow}
}

# healthy: the admin listener says so, to whoever has the token that the installation made.
healthy() {
  local token
  token=$(awk '$1 == "token:" { print $2 }' "$root/etc/mediapusher/mediapusher.yml")
  [ "${#token}" -ge 20 ] && get --header "Authorization: Bearer $token" http://127.0.0.1:8091/healthz >/dev/null
}

# serving VERSION PORT: is this version's service up, and does its API answer?
serving() {
  inside mediapusher service status
  [ "$(inside mediapusher service status | awk '$1 == "version:" { print $2 }')" = "$1" ] || fail "the version is not $1"
  healthy || fail "/healthz does not answer"
  get "http://127.0.0.1:$2/STREAM/1/STOP" | grep -q '"status_code":' || fail "the API does not answer"
  [ "$(property User)" = mediapusher ] || fail "it runs as $(property User)"
}

# verified: systemd finds the unit right, and safe enough.
verified() {
  local said score
  said=$(inside systemd-analyze verify "$1" 2>&1) || fail "systemd-analyze verify: $said"
  [ -z "$said" ] || fail "systemd-analyze verify: $said"
  score=$(inside systemd-analyze security --no-pager mediapusher | tee "$work/security.txt" | grep -oE 'level for mediapusher.service: [0-9.]+' | awk '{ print $NF }')
  grep 'Overall exposure' "$work/security.txt"
  awk -v score="$score" 'BEGIN { exit !(score > 0 && score < 3) }' || { cat "$work/security.txt"; fail "the score is $score"; }
}

# streams: a simulated recorder's pictures come through the hardened service.
streams() {
  nsenter --target "$init" --net "$work/nvrsim" >"$work/nvrsim.log" 2>&1 &
  simulator=$!
  until_true 20 get http://127.0.0.1:18090/sim/state >/dev/null 2>&1 || fail "the simulator does not answer"
  get "http://127.0.0.1:$1/REAL_STREAM" --data '{"nvr_category":0,"nvr_addr":"127.0.0.1","nvr_port":8000,"http_port":18080,
    "rtsp_port":18554,"nvr_user":"admin","nvr_pwd":"demo12345","nvr_channel":33}' | tee "$work/answer.json"
  echo
  grep -q '"status_code":200' "$work/answer.json" || fail "no stream"
  kill "$simulator"
  wait "$simulator" || true
  simulator=''
}

# another PID: does another process serve than that one?
another() {
  local now
  now=$(property MainPID)
  [ "$now" != 0 ] && [ "$now" != "$1" ] && [ "$(property ActiveState)" = active ]
}
# frozen stops the service's process, which the watchdog must replace.
frozen() {
  local pid begin
  pid=$(property MainPID)
  begin=$SECONDS
  inside sh -c "kill -STOP $pid"
  until_true 90 another "$pid" || fail "the watchdog did not restart the frozen service"
  echo "process $pid was frozen; $(property MainPID) serves $((SECONDS - begin)) s later"
  inside journalctl --no-pager -u mediapusher -o cat | grep -E 'Watchdog timeout|result .watchdog' || fail "it was not the watchdog"
  healthy
}

# edited: the operator's own port.
edited() {
  inside sed -i 's/listen: ":8090"/listen: ":8190"/' /etc/mediapusher/mediapusher.yml
  inside sha256sum /etc/mediapusher/mediapusher.yml >"$work/config.sum"
}
kept() { inside sha256sum --check --quiet <"$work/config.sum" || fail "the configuration was changed"; }

nothing_left() {
  everything >"$work/after"
  diff "$work/before" "$work/after" || fail "something was left"
  [ -z "$(inside systemctl list-unit-files --no-legend mediapusher.service)" ] || fail "the unit was left"
  echo "nothing is left"
}

step "two versions are built"
for pair in old:v0.9.1 new:v0.9.2; do
  VERSION=${pair#*:} scripts/release.sh "$work/${pair%%:*}" "linux/$arch" >/dev/null
  rm "$work/${pair%%:*}/SHA256SUMS"
done
CGO_ENABLED=0 "$go" build -o "$work/nvrsim" ./cmd/nvrsim
ls "$work/old" "$work/new"
if [ ! -x "$pristine/usr/lib/systemd/systemd" ]; then
  step "a fresh Debian 12"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates bookworm "$pristine" http://deb.debian.org/debian >/dev/null
fi

step "the archive: install"
boot
everything >"$work/before"
inside tar -C /media -xzf "/media/release/mediapusher_v0.9.1_linux_$arch.tar.gz"
inside "/media/mediapusher_v0.9.1_linux_$arch/mediapusher" service install
serving v0.9.1 8090
step "the archive: verify"
verified /etc/systemd/system/mediapusher.service
step "the archive: a stream"
streams 8090
step "the archive: freeze"
frozen
step "the archive: stop, status, start"
inside mediapusher service stop
code=0
inside mediapusher service status || code=$?
[ "$code" -eq 3 ] || fail "status of a stopped service ends with $code"
inside mediapusher service start
code=0
inside setpriv --reuid=65534 --clear-groups /usr/local/bin/mediapusher service stop || code=$?
[ "$code" -eq 5 ] || fail "somebody else ends with $code"
step "the archive: upgrade"
edited
inside tar -C /media -xzf "/media/release/mediapusher_v0.9.2_linux_$arch.tar.gz"
inside "/media/mediapusher_v0.9.2_linux_$arch/mediapusher" service install
kept
serving v0.9.2 8190
step "the archive: uninstall"
inside mediapusher service uninstall --keep-config
kept
inside "/media/mediapusher_v0.9.2_linux_$arch/mediapusher" service install
inside mediapusher service uninstall
code=0
inside "/media/mediapusher_v0.9.2_linux_$arch/mediapusher" service status || code=$?
[ "$code" -eq 4 ] || fail "status of no service ends with $code"
nothing_left
down

step "the package: install"
boot
everything >"$work/before"
inside dpkg -i "/media/release/mediapusher_0.9.1_$arch.deb"
serving v0.9.1 8090
step "the package: verify"
verified /usr/lib/systemd/system/mediapusher.service
step "the package: a stream"
streams 8090
step "the package: freeze"
frozen
step "the package: upgrade"
edited
inside dpkg -i "/media/release/mediapusher_0.9.2_$arch.deb"
kept
serving v0.9.2 8190
step "the package: remove and purge"
code=0
inside mediapusher service uninstall || code=$?
[ "$code" -eq 1 ] || fail "uninstall of a package ends with $code"
inside dpkg --remove mediapusher
kept
inside dpkg --purge mediapusher
nothing_left
down
step "all of it went well"
