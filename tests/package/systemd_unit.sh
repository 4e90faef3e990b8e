#!/usr/bin/env bash
# Checks that systemd accepts the shipped unit, with the built program in place of the installed one, and finds it confined.
# usage: systemd_unit.sh penstock.service PENSTOCK
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze (Debian: systemd)"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s#/usr/bin/penstock#$2#" "$1" >"$folder/penstock.service"
said=$(systemd-analyze verify "$folder/penstock.service" 2>&1) || { echo "$said"; exit 1; }
# An unknown key is a warning only.
! grep -F penstock.service <<<"$said"

# In tenths: 0 is the most confined, 100 the least. What is left is that the service has the network and files of the host.
systemd-analyze security --offline=true --threshold=15 "$folder/penstock.service" >"$folder/security" || {
  cat "$folder/security"
  exit 1
}
tail -n 1 "$folder/security"
