#!/usr/bin/env bash
# Checks that systemd accepts the shipped unit, with the built program in place of the installed one.
# usage: systemd_unit.sh penstock.service PENSTOCK
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze (Debian: systemd)"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s#/usr/bin/penstock#$2#" "$1" >"$folder/penstock.service"
said=$(systemd-analyze verify "$folder/penstock.service" 2>&1) || { echo "$said"; exit 1; }
# An unknown key is a warning only.
! grep -F penstock.service <<<"$said"
