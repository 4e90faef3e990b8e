#!/usr/bin/env bash
# Runs the demo with the program of a release build inside a root of bare_root.sh, with files installed as INSTALLED
# has them.
#   demo_in_root.sh INSTALLED ROOT
set -euo pipefail
installed=$(realpath "$1") root=$(realpath "$2")
cd "$(dirname "$0")/../.."

program=$(mktemp)
finish() {
  umount "$root/proc" 2>/dev/null || true
  rm -f "$program"
}
trap finish EXIT
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
cp -a "$installed/usr/." "$root/usr/"
# As another user under qemu, which does not emulate what a program of root checks files with.
emulator= user=
[[ ! -x $root/qemu ]] || emulator=/qemu user=--userspec=65534:65534
# No shell and no env inside: a distroless root has neither.
printf '#!/bin/sh\nPENSTOCK_STATE=/tmp exec chroot %s "%s" %s /usr/bin/penstock "$@"\n' "$user" "$root" "$emulator" >"$program"
chmod +x "$program"
"$program" --version
rm -rf "$root"/tmp/*
DEMO_PENSTOCK=$program DEMO_CONF=/usr/share/penstock/demo.conf scripts/demo.sh | tail -n 6
