#!/usr/bin/env bash
# Builds the static libraries of a release build, without the features that Penstock does not use, and installs them into
# the folder PREFIX. The commands penstock-cc, penstock-c++, penstock-ar and penstock-ranlib must be in PATH.
#   release/build_libraries.sh ARCH SOURCES PREFIX
set -euo pipefail
arch=$1 sources=$2 prefix=$3
jobs=$(nproc)
here=$(cd "$(dirname "$0")" && pwd)
build=$prefix/../libraries-build
# OpenSSL contains the time of its build. The libraries depend on their pins and on this script, not on a commit.
export SOURCE_DATE_EPOCH=0

# with_cmake NAME FOLDER CMAKE_ARGUMENTS...: builds and installs a library that has a CMake project.
with_cmake() {
  local name=$1 folder=$2
  shift 2
  cmake -S "$folder" -B "$build/$name" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" \
    -DPENSTOCK_ARCH="$arch" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
    -DCMAKE_FIND_ROOT_PATH="$prefix" -DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DCMAKE_C_VISIBILITY_PRESET=hidden \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF "$@"
  cmake --build "$build/$name" -j "$jobs"
  cmake --install "$build/$name" >/dev/null
}

zlib() {
  with_cmake zlib "$here/zlib" -DZLIB_SOURCE="$sources/zlib/src/zlib"
}

libdeflate() {
  with_cmake libdeflate "$sources/libdeflate/libdeflate" -DLIBDEFLATE_BUILD_SHARED_LIB=OFF -DLIBDEFLATE_BUILD_GZIP=OFF
}

libyaml() {
  with_cmake libyaml "$sources/libyaml/libyaml" -DBUILD_TESTING=OFF -DYAML_STATIC_LIB_NAME=yaml \
    -DCMAKE_C_FLAGS=-w
}

# No module, engine, or configuration file is loaded into the agent's process, and the folder that OpenSSL would look
# in for them does not exist. The certificates come from core/posix/ca_certificates.h.
openssl() {
  local folder=$build/openssl target=linux-$arch
  mkdir -p "$folder"
  (
    cd "$folder"
    "$(realpath --relative-to="$folder" "$sources/openssl/openssl")/Configure" "$target" \
      CC=penstock-cc AR=penstock-ar RANLIB=penstock-ranlib CFLAGS=-O3 \
      --prefix="$prefix" --libdir=lib --openssldir=/nonexistent/penstock \
      no-shared no-module no-dso no-autoload-config no-apps no-tests no-docs no-legacy no-zlib no-comp no-dtls no-sctp \
      no-srtp no-srp no-psk no-ssl-trace no-quic no-ct no-cms no-cmp no-ts no-ocsp no-rfc3779 no-http no-ui-console \
      no-ml-dsa no-slh-dsa no-lms no-sm2 no-sm3 no-sm4 no-gost no-idea no-seed no-camellia no-aria no-bf no-cast no-rc2 no-rc4 \
      no-des no-dsa no-md4 no-mdc2 no-rmd160 no-whirlpool no-blake2 no-siphash no-scrypt no-argon2 no-uplink no-filenames \
      no-ec2m no-hw no-trace
    make -s -j "$jobs" build_libs MODULESDIR=/nonexistent/penstock  # else the folder of this build
    make -s install_dev
  ) >"$build/openssl.log" 2>&1 || { tail -n 30 "$build/openssl.log" >&2; return 1; }
}

# Its printf knows long double, which nothing here uses, and which on arm64 needs compiler-rt.
curl() {
  with_cmake curl "$sources/curl/curl" -DHTTP_ONLY=ON -DBUILD_CURL_EXE=OFF -DBUILD_STATIC_LIBS=ON \
    -DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF -DENABLE_CURL_MANUAL=OFF -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF \
    -DCMAKE_DISABLE_FIND_PACKAGE_Perl=ON \
    -DCURL_USE_OPENSSL=ON -DOPENSSL_ROOT_DIR="$prefix" -DOPENSSL_USE_STATIC_LIBS=ON \
    -DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none \
    -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DUSE_NGHTTP2=OFF -DUSE_LIBIDN2=OFF -DCURL_USE_LIBPSL=OFF \
    -DCURL_USE_LIBSSH2=OFF -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_COOKIES=ON \
    -DCURL_DISABLE_DOH=ON -DCURL_DISABLE_NETRC=ON -DCURL_DISABLE_AWS=ON -DCURL_DISABLE_NEGOTIATE_AUTH=ON \
    -DCURL_DISABLE_KERBEROS_AUTH=ON -DCURL_DISABLE_DIGEST_AUTH=ON -DCURL_DISABLE_MIME=ON -DCURL_DISABLE_WEBSOCKETS=ON \
    -DENABLE_UNIX_SOCKETS=OFF -DCMAKE_C_FLAGS="-Xclang -mlong-double-64"
}

mkdir -p "$build"
for library in zlib libdeflate libyaml openssl curl; do
  echo "== $library"
  "$library"
done
