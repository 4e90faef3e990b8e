#!/usr/bin/env bash
# Checks the RPM package with rpm's own tools: it requires only glibc 2.28 or older and a shell for its scripts, keeps a
# changed configuration, marks the license texts, and says what its scripts do. With ROOT, the folder of a bare system:
# also installs it there, runs the program, and removes it. The dependencies are not resolved, because the bare system has
# no other RPM packages.
#   tests/package/rpm_package.sh PENSTOCK.rpm [ROOT]
set -euo pipefail
package=$(realpath "$1") root=${2:+$(realpath "$2")}
command -v rpm >/dev/null || { echo "skipped: no rpm"; exit 77; }
fail() { echo "$*" >&2; exit 1; }
query() { rpm --query --package "$@" "$package"; }

allowed='/bin/sh|config\(penstock\) = .*|rtld\(GNU_HASH\)|rpmlib\((CompressedFileNames|FileDigests|PayloadFilesHavePrefix|PayloadIsXz)\) .*'
allowed+='|(libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|ld-linux-(x86-64|aarch64)\.so\.[12])\((GLIBC_2\.([0-9]|1[0-9]|2[0-8])(\.[0-9]+)?)?\)\(64bit\)'
if query --requires | grep -vxE "$allowed"; then
  fail "the package requires more than glibc 2.28"
fi
query --requires | grep -q '^libc[.]so[.]6(GLIBC_' || fail "the package does not say which glibc it requires"
[[ $(query --recommends) == ca-certificates ]] || fail "the package does not recommend ca-certificates"
[[ $(query --configfiles) == /etc/penstock/penstock.conf ]] || fail "the configuration is not marked"
[[ $(query --queryformat '[%{FILENAMES} %{FILEFLAGS:fflags}\n]' | grep '^/etc/penstock/penstock.conf') == *cn ]] ||
  fail "an update would replace a changed configuration"
query --licensefiles | grep -q '^/usr/share/doc/penstock/licenses/' || fail "the license texts are not marked"
[[ $(query --queryformat '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]' | sort -u) == root:root ]] || fail "not all files belong to root"
scripts=$(query --scripts)
for words in 'systemd-sysusers penstock.conf' 'systemctl disable --now penstock.service' 'systemctl try-restart penstock.service'; do
  [[ $scripts == *"$words"* ]] || fail "no script runs $words"
done
[[ $scripts != *'systemctl enable'* && $scripts != *'systemctl start'* ]] || fail "a script starts the service before it is configured"
echo "requires $(query --requires | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -n 1) or newer"
[[ -n $root ]] || exit 0

rpm_in_root() { rpm --root "$root" --dbpath /tmp/rpm "$@" 2> >(grep -v '^rpm: ' >&2); } # Debian advises to use alien
# Folders of other packages may stay: this system does not have those packages.
list() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/cache \) -prune -o \
    \( ! -type d -o -name '*penstock*' \) -print | sort)
}
list >"$root/tmp/before"
rpm_in_root --install --nodeps "$package"
chroot "$root" penstock --version
rpm_in_root --verify --nodeps penstock
rpm_in_root --erase penstock
list | diff "$root/tmp/before" - || fail "the package did not remove these files"
echo "removed cleanly"
