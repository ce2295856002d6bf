#!/usr/bin/env bash
# Makes what is handed out: release.sh OUT OS/ARCH... with VERSION and NFPM (the packager, for go run) in the environment. Times in the
# archives are that of the commit (SOURCE_DATE_EPOCH), owners are root, names are sorted: the same commit gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1
shift
go=${GO:-go}
: "${VERSION:?}" "${NFPM:?}"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C
umask 022

[ -s web/vendor/mpegts.js ] || { echo "release: the pages' player is missing: npm is needed" >&2; exit 1; }
# Debian's versions begin with a digit (deb-version(7)): v1.2.3 is 1.2.3, a commit without a tag comes before every release.
case $VERSION in
  v[0-9]*) deb_version=${VERSION#v} ;;
  [0-9]*.[0-9]*) deb_version=$VERSION ;;
  *) deb_version=0.0.0~$(date -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).${VERSION//-/.} ;;
esac
deb_version=${deb_version//-/+}

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$out"
find "$out" -maxdepth 1 -type f -delete
names=()

# licences prints the notices of all parts, which whoever passes the programs on has to add (see NOTICE).
licences() {
  local module directory file
  while read -r module directory; do
    for file in "$directory"/{LICEN[CS]E,COPYING,NOTICE}*; do
      [ -f "$file" ] || continue
      printf '======== %s (%s)\n\n' "$module" "${file##*/}"
      cat "$file"
      printf '\n\n'
    done
  done < <(for platform in "$@"; do
    GOOS=${platform%/*} GOARCH=${platform#*/} CGO_ENABLED=0 \
      "$go" list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}' ./cmd/mediapusher
  done | sort -u)
  printf '======== go\n\n'
  cat "$("$go" env GOROOT)/LICENSE"
  for file in web/vendor/*LICENSE*; do
    printf '\n\n======== npm: mpegts.js (%s)\n\n' "${file##*/}"
    cat "$file"
  done
}

shopt -s nullglob
licences "$@" >"$stage/THIRD_PARTY_LICENSES.txt"
for platform in "$@"; do
  os=${platform%/*} arch=${platform#*/}
  name=mediapusher_${VERSION}_${os}_${arch}
  folder=$stage/$name
  echo "release: $name"
  mkdir -p "$folder/docs"
  GOOS=$os GOARCH=$arch CGO_ENABLED=0 "$go" build -buildvcs=false -trimpath -ldflags "-X main.version=$VERSION" -o "$folder/" ./cmd/mediapusher
  program=$(echo "$folder"/mediapusher*)
  cp README.md README.zh.md CHANGELOG.md CONTRIBUTING.md LICENSE NOTICE mediapusher.example.yml "$stage/THIRD_PARTY_LICENSES.txt" "$folder/"
  git ls-files docs deploy 'api/openapi/*.yaml' | grep -v '\.go$' | xargs cp --parents -t "$folder"
  (cd "$folder" && find . -name '*.md' | "$OLDPWD/scripts/check-links.sh")
  "$go" run ./scripts/sbom --version "$VERSION" "$program" >"$folder/sbom.cdx.json"
  cp "$folder/sbom.cdx.json" "$out/$name.cdx.json"
  find "$folder" -type d -exec chmod 755 {} +
  find "$folder" -type f -exec chmod 644 {} +
  chmod 755 "$program"
  find "$folder" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  case $os in
    windows)
      (cd "$stage" && find "$name" | sort | zip -X -q -@ "$name.zip")
      mv "$stage/$name.zip" "$out/"
      names+=("$name.zip")
      ;;
    *)
      tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar -cf - "$name" | gzip -n -9 >"$out/$name.tar.gz"
      names+=("$name.tar.gz")
      deb=mediapusher_${deb_version}_$arch.deb
      ARCH=$arch DEB_VERSION=$deb_version FOLDER=$folder "$go" run "$NFPM" package --config scripts/release/nfpm.yml --packager deb \
        --target "$out/$deb" >&2
      names+=("$deb")
      ;;
  esac
  names+=("$name.cdx.json")
done
(cd "$out" && sha256sum "${names[@]}" >SHA256SUMS && cat SHA256SUMS)
