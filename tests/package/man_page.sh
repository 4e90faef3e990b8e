#!/usr/bin/env bash
# Checks that groff formats the man page without warnings, and that each command has a section with its options.
#   tests/package/man_page.sh PENSTOCK
set -euo pipefail
penstock=$1
command -v groff >/dev/null || { echo "no groff (Debian: groff-base)"; exit 77; }

fail() { echo "$*" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$penstock" help --man >"$folder/penstock.1"
groff -man -ww -Tascii -P-cbou -rLL=200n "$folder/penstock.1" >"$folder/text" 2>"$folder/warnings"
[[ ! -s $folder/warnings ]] || fail "$(cat "$folder/warnings")"
text=$(sed 's/  */ /g' "$folder/text")
for heading in NAME SYNOPSIS DESCRIPTION COMMANDS "COMMANDS OF STAGES" DIAGNOSTICS FILES; do
  grep -qx "$heading" <<<"$text" || fail "the page has no section $heading"
done
while read -r command; do
  grep -qx " $command" <<<"$text" || fail "the page has no section about the command $command"
  while read -r option; do
    [[ $option == -h,* ]] || grep -qF -- "$option" <<<"$text" || fail "the page does not have '$option' of $command"
  done < <("$penstock" help "$command" | sed -nE '/^Options:/,/^$/s/^  (-.*)/\1/p')
done < <("$penstock" help | sed -nE 's/^  ([a-z]+) .*/\1/p')
