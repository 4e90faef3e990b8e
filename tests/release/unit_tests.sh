#!/usr/bin/env bash
# Builds unit tests and the benchmark of the stages with the toolchain and the libraries of a release build, and runs the
# tests: of arm64 in the root, under qemu. GoogleTest is built from the source that Debian's package installs.
#   unit_tests.sh x86_64
#   unit_tests.sh aarch64 ROOT
set -euo pipefail
arch=$1 root=${2:-}
cd "$(dirname "$0")/../.."
out=$PWD/build/release/$arch
build=$out/tests
export PATH=$out/tools:$PATH
toolchain=(-G Ninja -DCMAKE_TOOLCHAIN_FILE="$PWD/release/toolchain.cmake" -DPENSTOCK_ARCH="$arch"
           -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY -DPENSTOCK_LINKER_EXCLUDES_LIBS=OFF
           -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DCMAKE_EXE_LINKER_FLAGS=-rtlib=none)
unset CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER

if [[ ! -d $out/googletest/lib ]]; then
  cmake -S /usr/src/googletest -B "$out/googletest-build" "${toolchain[@]}" -DBUILD_GMOCK=OFF \
    -DCMAKE_INSTALL_PREFIX="$out/googletest" -DCMAKE_INSTALL_LIBDIR=lib
  cmake --build "$out/googletest-build" -j "$(nproc)" --target install
fi
tests=(base_test logs_decode_test fluentbit_msgpack_test)
targets=("${tests[@]}")
[[ $arch != x86_64 ]] || { tests+=(posix_test); targets=("${tests[@]}" penstock-bench-table); }
# The model of Kinesis is not built, so the library of its HTTP server is not needed.
cmake -S . -B "$build" "${toolchain[@]}" -DCMAKE_FIND_ROOT_PATH="$out/libraries;$out/googletest" \
  -DRAPIDJSON_INCLUDE_DIR="$PWD/build/release/sources/rapidjson/rapidjson/include" \
  -DLLHTTP_INCLUDE_DIR="$PWD/build/release/sources/llhttp/vendor/llhttp/include" \
  -DLLHTTP_SOURCE_DIR="$PWD/build/release/sources/llhttp/vendor/llhttp/src" \
  -DHTTPLIB_INCLUDE_DIR=/nonexistent -DHTTPLIB_LIBRARY=httplib -DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST
cmake --build "$build" -j "$(nproc)" --target "${targets[@]}"

for test in "${tests[@]}"; do
  if [[ $arch == x86_64 ]]; then
    "$build/bin/$test" --gtest_brief=1
  else
    cp "$build/bin/$test" "$root/tmp/"
    chroot "$root" /qemu "/tmp/$test" --gtest_brief=1
  fi
done
