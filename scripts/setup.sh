#!/usr/bin/env bash
# Installs missing packages on Debian 12: to build (demo), to build a release (release), test it (test-release), and pack it
# and test the packages (package), to test as well (test, the default), or to check with clang too (clang). Silent and
# instant if nothing is missing.
#   scripts/setup.sh [demo|release|test-release|package|test|clang]
set -euo pipefail

packages=(cmake ninja-build g++ zlib1g-dev libdeflate-dev rapidjson-dev libcurl4-openssl-dev libssl-dev
          libyaml-dev node-llhttp libcpp-httplib-dev libgtest-dev libbenchmark-dev curl)
release=(cmake ninja-build make perl python3 python3-pip ca-certificates)
command -v cargo >/dev/null || release+=(cargo-web)  # Debian 12 also has a cargo, which is too old
case "${1:-test}" in
  demo) ;;
  release) packages=("${release[@]}") ;;
  test-release) packages+=("${release[@]}" binutils debootstrap qemu-user-static valgrind) ;;
  package) packages=(python3 python3-venv dpkg rpm buildah cpio jq debootstrap) ;;
  test) packages+=(python3 python3-botocore abigail-tools binutils pkg-config openssl debootstrap
                   jq luajit valgrind clang libclang-rt-14-dev clang-format-16
                   python3-prometheus-client) ;;
  clang) packages+=(python3 python3-botocore abigail-tools binutils pkg-config openssl
                    clang clang-tidy libclang-rt-14-dev) ;;
  *) echo "usage: scripts/setup.sh [demo|release|test-release|package|test|clang]" >&2; exit 2 ;;
esac

# For promtool. Where systemd runs, the package also starts a server, so the owner of the machine decides.
[[ ${1:-test} != test || -d /run/systemd/system ]] || packages+=(prometheus)

if ! command -v dpkg-query apt-get >/dev/null; then
  echo "setup: this is not Debian; install the equivalents of these Debian packages: ${packages[*]}" >&2
  exit 0
fi

installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' 2>/dev/null) "
missing=()
for package in "${packages[@]}"; do
  [[ $installed == *" installed:$package "* ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

sudo=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: neither root nor sudo; as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  sudo=(sudo)
fi
echo "setup: installing ${missing[*]}"
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
