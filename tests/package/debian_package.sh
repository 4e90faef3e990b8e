#!/usr/bin/env bash
# Tests the Debian package in the folder of a bare Debian (tests/release/bare_root.sh): it needs only libc6, installs
# without systemd, has valid configurations, runs the demo, and, once systemd is there, creates its user. A purge leaves no
# file of it, except for dead letters.
#   tests/package/debian_package.sh PENSTOCK.deb ROOT
set -euo pipefail
package=$(realpath "$1") root=$(realpath "$2")
cd "$(dirname "$0")/../.."

fail() { echo "$*" >&2; exit 1; }
skip() { echo "skipped: $*"; exit 77; }
[[ $(id -u) -eq 0 ]] || skip "chroot needs root"
program=$(mktemp)
finish() {
  umount "$root/proc" 2>/dev/null || true
  rm -f "$program"
}
trap finish EXIT
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc" || skip "/proc cannot be mounted in a folder here"
cp "$package" "$root/tmp/penstock.deb"

# Lists the files of the minimal Debian, except for the package manager's own and those written at run time.
list() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/cache -o -path ./var/log \
    -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -print | sort)
}
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
quietly() { in_root "$@" >"$root/tmp/log" 2>&1 || { cat "$root/tmp/log"; exit 1; }; }

[[ $(dpkg-deb -f "$package" Depends) == 'libc6 (>= 2.28)' ]] || fail "the package depends on $(dpkg-deb -f "$package" Depends)"
list >"$root/tmp/before"
echo "== install in Debian $(<"$root/etc/debian_version")"
quietly dpkg --install /tmp/penstock.deb
in_root penstock --version
in_root penstock plugins >/dev/null
in_root dpkg --verify penstock
in_root dpkg -L penstock | grep -E '[.]so$'
for file in man/man1/penstock.1 bash-completion/completions/penstock zsh/site-functions/_penstock; do
  in_root dpkg -L penstock | grep -qx "/usr/share/$file" || fail "the package has no /usr/share/$file"
done
variables=(INPUT_STREAM=a OUTPUT_STREAM=b STATE_DIRECTORY=/tmp AWS_REGION=eu-west-1)
in_root env "${variables[@]}" penstock check -c /etc/penstock/penstock.conf
in_root env "${variables[@]}" penstock check --agent fluent-bit /usr/share/penstock/fluent-bit/firelens.conf

echo "== demo"
printf '#!/bin/sh\nexec chroot "%s" env PENSTOCK_STATE=/tmp penstock "$@"\n' "$root" >"$program"
chmod +x "$program"
DEMO_PENSTOCK=$program DEMO_CONF=/usr/share/penstock/demo.conf scripts/demo.sh | tail -n 5

echo "== with systemd"
quietly apt-get install -y -qq --no-install-recommends systemd
quietly dpkg --install /tmp/penstock.deb
in_root getent passwd penstock || fail "the package created no user"

echo "== purge"
in_root mkdir -p /var/lib/penstock
in_root touch /var/lib/penstock/input-failures.jsonl
in_root apt-get purge -y -qq penstock >"$root/tmp/log" 2>&1 || { cat "$root/tmp/log"; exit 1; }
grep -F '/var/lib/penstock is kept' "$root/tmp/log" || fail "the purge does not say what it keeps"
rm "$root/var/lib/penstock/input-failures.jsonl"
rmdir "$root/var/lib/penstock"
list >"$root/tmp/after"
# Files of systemd may stay; none of ours may.
if diff "$root/tmp/before" "$root/tmp/after" | grep -E '^>.*penstock'; then
  fail "the package did not remove these files"
fi
echo "removed cleanly"
