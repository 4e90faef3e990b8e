#!/usr/bin/env bash
# Checks that a tarball for this machine has the name from docs/fluent-bit.md and contains one folder of that name.
# Unpacked anywhere, its program finds its plugin, and its objects have no library path. The folders bin and lib alone,
# which a Lambda layer has, are enough to run it.
#   tests/package/tarball.sh penstock-VERSION-linux-ARCH.tar.gz
set -euo pipefail
tarball=$(realpath "$1")
cd "$(dirname "$0")/../.."

version=$(sed -nE 's/^project\(penstock VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
name=penstock-$version-linux-$(uname -m)
fail() { echo "$*" >&2; exit 1; }
[[ $(basename "$tarball") == "$name.tar.gz" ]] || fail "the tarball is $(basename "$tarball"), not $name.tar.gz"
grep -q 'penstock-VERSION-linux-x86_64/lib/penstock' docs/fluent-bit.md || fail "docs/fluent-bit.md names another folder"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tar -xzf "$tarball" -C "$root"
[[ $(ls "$root") == "$name" ]] || fail "the tarball unpacks into $(ls "$root"), not $name"
for file in libpenstock.so penstock-in-kinesis.so penstock-out-kinesis.so flb-filter_lambda_logs.so; do
  [[ -f $root/$name/lib/penstock/$file ]] || fail "the tarball has no lib/penstock/$file"
done
for file in man/man1/penstock.1 bash-completion/completions/penstock zsh/site-functions/_penstock; do
  [[ -s $root/$name/share/$file ]] || fail "the tarball has no share/$file"
done
grep -q '^_penstock()' "$root/$name/share/bash-completion/completions/penstock" || fail "the completion is not one for bash"
[[ $(head -n 1 "$root/$name/share/zsh/site-functions/_penstock") == "#compdef penstock" ]] || fail "the completion is not one for zsh"
grep -q '^[.]SS leases$' "$root/$name/share/man/man1/penstock.1" || fail "the man page has no commands of stages"
[[ $("$root/$name/bin/penstock" --version | head -n 1) == "penstock $version" ]] || fail "the program is of another version"
"$root/$name/bin/penstock" plugins >/dev/null
tests/package/runpath.sh "$root/$name/bin/penstock" "$root/$name"/lib/penstock/*.so

mkdir "$root/opt"
cp -a "$root/$name/bin" "$root/$name/lib" "$root/opt/"
rm -r "${root:?}/$name"
"$root/opt/bin/penstock" plugins >/dev/null
