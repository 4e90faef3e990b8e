#!/usr/bin/env bash
# Creates the folder of a bare system to test a release build in, from packages of the mirror that this machine uses.
#   bare_root.sh debian SUITE ROOT       a minimal Debian with CA certificates
#   bare_root.sh arm64 SUITE ROOT        a minimal Debian for arm64, unpacked but not configured, with qemu
#   bare_root.sh distroless DEBIAN ROOT  only what a distroless image for C++ programs contains, from a minimal Debian:
#                                        glibc, libstdc++, OpenSSL, CA certificates, zones, and no shell
# Skipped (exit status 77), with the reason, if that is not possible.
set -euo pipefail
kind=$1 from=$2 root=$3
skip() { echo "skipped: $*"; exit 77; }
[[ $(id -u) -eq 0 ]] || skip "debootstrap and chroot need root"

bootstrap() { # ARGUMENTS...
  command -v debootstrap >/dev/null || skip "no debootstrap"
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
  [[ -n $mirror ]] || skip "apt has no mirror"
  debootstrap --variant=minbase "$@" "$from" "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -n 5 "$root.log"; rm -rf --one-file-system "$root"; skip "debootstrap could not make a Debian $from from the mirror"; }
  # In a container, debootstrap leaves a link to /proc, and mounting or unmounting it would do that to the machine's.
  [[ ! -L $root/proc ]] || { rm "$root/proc" && mkdir "$root/proc"; }
}

case $kind in
  debian) bootstrap --include=ca-certificates ;;
  arm64)
    command -v qemu-aarch64-static >/dev/null || skip "no qemu-aarch64-static (Debian: qemu-user-static)"
    bootstrap --foreign --arch=arm64
    cp "$(command -v qemu-aarch64-static)" "$root/qemu"
    ;;
  distroless)
    mkdir -p "$root"/{tmp,proc,etc/ssl/certs,var/lib,usr}
    for link in bin lib lib64 sbin; do
      [[ ! -L $from/$link ]] || { mkdir "$root/usr/$link" && cp -d "$from/$link" "$root/$link"; }
    done
    for package in base-files netbase tzdata libc6 libgcc-s1 libstdc++6 libssl3 libssl3t64 zlib1g; do
      files=$(chroot "$from" dpkg -L "$package" 2>/dev/null) || continue  # some are named differently in other suites
      while IFS= read -r file; do
        [[ -L $from/$file || -f $from/$file ]] && echo ".$file"
      done <<<"$files" || true
    done >"$root.files"
    tar -C "$from" -cf - -T "$root.files" | tar -C "$root" -xf -
    cp "$from/etc/ssl/certs/ca-certificates.crt" "$root/etc/ssl/certs/"
    [[ -z $(find "$root" -name 'libdeflate*' -o -name 'libyaml*' -o -name 'libcurl*' -o -name sh -path '*/bin/*') ]] ||
      { echo "$root has what a distroless image does not have" >&2; exit 1; }
    ;;
esac
