#!/usr/bin/env bash
# Builds the Debian package from a tree of files, for Debian 11 and Ubuntu 20.04 or later. Their dpkg-deb reads xz, but
# not zstd.
#   release/packages/deb.sh TREE ARCH VERSION FOLDER
set -euo pipefail
tree=$1 arch=$2 version=$3 folder=$4
cd "$(dirname "$0")/debian"
case $arch in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
esac

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp -a "$tree/." "$root/"
mkdir "$root/DEBIAN"
size_kib=$(du --summarize --apparent-size --block-size=1K --exclude=DEBIAN "$root" | cut -f 1)
sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size_kib/" control >"$root/DEBIAN/control"
echo /etc/penstock/penstock.conf >"$root/DEBIAN/conffiles"
(cd "$root" && find etc usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
install -m 0755 postinst prerm postrm "$root/DEBIAN/"
chmod 0755 "$root" "$root/DEBIAN"
chmod 0644 "$root"/DEBIAN/{control,conffiles,md5sums}
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$folder/penstock_${version}_$arch.deb" >/dev/null
