#!/usr/bin/env bash
# Builds the Dockerfile of the host with buildah, from a carrier image, and runs the program in the result. A bare Debian
# 13 (tests/release/bare_root.sh) replaces the base image, so that no registry is needed.
#   tests/package/host_image.sh PENSTOCK.oci.tar ROOT
set -euo pipefail
archive=$(realpath "$1") root=$(realpath "$2")
cd "$(dirname "$0")/../.."
fail() { echo "$*" >&2; exit 1; }
command -v buildah >/dev/null || { echo "skipped: no buildah"; exit 77; }

temporary=$(mktemp -d)
storage=(--storage-driver vfs --root "$temporary/storage" --runroot "$temporary/run")
trap 'buildah "${storage[@]}" rm --all >/dev/null 2>&1 || true; rm -rf "$temporary"' EXIT
container=$(buildah "${storage[@]}" from scratch)
buildah "${storage[@]}" copy --quiet "$container" "$root" / >/dev/null
buildah "${storage[@]}" commit --quiet --rm "$container" docker.io/library/debian:13-slim >/dev/null
files=$(buildah "${storage[@]}" pull --quiet "oci-archive:$archive")

buildah "${storage[@]}" build --quiet --isolation chroot --pull-never --layers=false \
  --build-arg "PENSTOCK_FILES=$files" --tag penstock-host conf/container >/dev/null
[[ $(buildah "${storage[@]}" inspect --type image --format '{{.OCIv1.Config.User}}' penstock-host) == 65532 ]] ||
  fail "the image runs as root"
container=$(buildah "${storage[@]}" from --pull-never penstock-host)
in_image() { buildah "${storage[@]}" run --isolation chroot "$container" -- "$@"; }
[[ $(in_image id -u) == 65532 ]] || fail "the program runs as root"
in_image /usr/bin/penstock --version
in_image sh -c 'INPUT_STREAM=a OUTPUT_STREAM=b /usr/bin/penstock check -c /usr/share/penstock/kinesis-to-kinesis.conf'
