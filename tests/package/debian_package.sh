#!/usr/bin/env bash
# Tests the Debian package in a minimal Debian: it installs with its dependencies, runs the demo, and leaves no files
# after its removal. debootstrap creates the minimal Debian in a temporary folder, from the mirror that this machine uses.
# Skipped, with the reason, if that is not possible.
#   tests/package/debian_package.sh PENSTOCK.deb
set -euo pipefail
package=$(realpath "$1")
cd "$(dirname "$0")/../.."

skip() { echo "skipped: $*"; exit 77; }
[[ $(id -u) -eq 0 ]] || skip "debootstrap and chroot need root"
command -v debootstrap >/dev/null || skip "no debootstrap"
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
[[ -n $mirror ]] || skip "apt has no mirror"

root=$(mktemp -d)
finish() {
  umount "$root/proc" 2>/dev/null || true
  rm -rf "$root" "$root.log" "$root.penstock"
}
trap finish EXIT
if ! debootstrap --variant=minbase --include=ca-certificates "$(. /etc/os-release && echo "$VERSION_CODENAME")" \
  "$root" "$mirror" >"$root.log" 2>&1; then
  tail -n 5 "$root.log"
  skip "debootstrap could not make a bare Debian from the mirror"
fi
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc" || skip "/proc cannot be mounted in a folder here"
cp "$package" "$root/tmp/penstock.deb"

# Lists the files of the minimal Debian, except for the package manager's own and those written at run time.
list() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/cache -o -path ./var/log \
    -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -print | sort)
}
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

list >"$root/tmp/before"
echo "== install"
in_root apt-get install -y -qq --no-install-recommends /tmp/penstock.deb >"$root/tmp/apt.log" 2>&1 || { cat "$root/tmp/apt.log"; exit 1; }
in_root penstock --version
in_root penstock plugins >/dev/null
in_root dpkg -L penstock | grep -E '[.]so$'
for file in man/man1/penstock.1 bash-completion/completions/penstock zsh/site-functions/_penstock; do
  in_root dpkg -L penstock | grep -qx "/usr/share/$file" || { echo "the package has no /usr/share/$file" >&2; exit 1; }
done

echo "== demo"
cat >"$root.penstock" <<END
#!/bin/sh
exec chroot "$root" env PENSTOCK_STATE=/tmp penstock "\$@"
END
chmod +x "$root.penstock"
DEMO_PENSTOCK=$root.penstock DEMO_CONF=/usr/share/penstock/demo.conf scripts/demo.sh | tail -n 5

echo "== remove"
in_root apt-get purge -y -qq --autoremove penstock >/dev/null
list >"$root/tmp/after"
# Dependencies that other packages share may stay; none of our files may.
if diff "$root/tmp/before" "$root/tmp/after" | grep -E '^>.*penstock'; then
  echo "the package did not remove these files" >&2
  exit 1
fi
echo "removed cleanly"
