#!/usr/bin/env bash
# Builds what is released for an architecture, x86_64 (the default) or aarch64, on an x86-64 machine: shared objects and
# the program, for glibc 2.28 or later, with all other libraries linked statically. docs/release.md explains how.
# Leaves in build/release/ARCH:
#   install/usr/     the installed files
#   libraries.json   the static libraries with version, license, and the SHA-256 of their source
#   licenses/        their license texts
#   scripts/release.sh [x86_64|aarch64]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/stages.sh
unset CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER  # zig has a cache of its own
glibc=2.28

arch=${1:-x86_64}
[[ $arch == x86_64 || $arch == aarch64 ]] || { echo "usage: scripts/release.sh [x86_64|aarch64]" >&2; exit 2; }
[[ $(uname -m) == x86_64 ]] || { echo "release: the pinned toolchain runs on x86-64, not on $(uname -m)" >&2; exit 1; }
[[ $PWD != *[[:space:]]* ]] || { echo "release: OpenSSL cannot be built in a folder with blanks in its path: $PWD" >&2; exit 1; }
umask 022

scripts/setup.sh release
# The x86-64 program prints the man page and the completions for both.
[[ $arch == x86_64 ]] || scripts/release.sh x86_64
sources=$PWD/build/release/sources
out=$PWD/build/release/$arch
python3 release/fetch_sources.py "$sources"

# The compiler commands. Their names, not their paths, end up in what they build.
mkdir -p "$out/tools"
command_for() { # NAME ZIG_ARGUMENTS...
  local file=$out/tools/$1
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$sources/zig/ziglang/zig" "${*:2}" >"$file.new"
  chmod +x "$file.new"
  cmp -s "$file.new" "$file" && rm "$file.new" || mv "$file.new" "$file"
}
# zig's own defaults are for development: frame pointers, debug information, and checks of undefined behavior.
flags=(-target "$arch-linux-gnu.$glibc" -fomit-frame-pointer -g0 -fno-sanitize=undefined -ffile-prefix-map="$PWD"=.
       -fstack-protector-strong)
command_for penstock-cc cc "${flags[@]}"
command_for penstock-c++ c++ "${flags[@]}"
command_for penstock-ar ar
command_for penstock-ranlib ranlib
export PATH=$out/tools:$PATH

# Built again only if a pin or a recipe changes.
recipe=$(sha256sum release/sources.toml release/build_libraries.sh release/toolchain.cmake release/zlib/CMakeLists.txt "$out"/tools/*)
if [[ ! -f $out/libraries.recipe || $(<"$out/libraries.recipe") != "$recipe" ]]; then
  rm -rf "$out/libraries" "$out/libraries-build" "$out/libraries.recipe"
  release/build_libraries.sh "$arch" "$sources" "$out/libraries"
  echo "$recipe" >"$out/libraries.recipe"
fi

# The checks of CMake compile and do not link, because zig builds libc++ for each set of flags that it links with. So the
# results of those that would link are set: PIE, and the exclusion of libraries. zig's compiler-rt is not linked, because its
# memcpy would replace glibc's.
link="-rtlib=none -s -Wl,--gc-sections"
build=$out/build
cmake -S . -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$PWD/release/toolchain.cmake" -DPENSTOCK_ARCH="$arch" \
  -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY -DPENSTOCK_LINKER_EXCLUDES_LIBS=OFF \
  -DCMAKE_C_LINK_PIE_SUPPORTED=ON -DCMAKE_CXX_LINK_PIE_SUPPORTED=ON \
  -DCMAKE_FIND_ROOT_PATH="$out/libraries" -DRAPIDJSON_INCLUDE_DIR="$sources/rapidjson/rapidjson/include" \
  -DLLHTTP_INCLUDE_DIR="$sources/llhttp/vendor/llhttp/include" -DLLHTTP_SOURCE_DIR="$sources/llhttp/vendor/llhttp/src" \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DCMAKE_INSTALL_PREFIX=/usr \
  -DPENSTOCK_HELP_PROGRAM="$PWD/build/release/x86_64/build/bin/penstock" \
  -DPENSTOCK_STATIC_LIBRARIES="$(python3 release/list_libraries.py)" \
  -DCMAKE_MODULE_LINKER_FLAGS="$link" -DCMAKE_EXE_LINKER_FLAGS="$link" -DPENSTOCK_BUILD_TESTS=OFF -DPENSTOCK_BUILD_BENCH=OFF
cmake --build "$build" -j "$jobs"
rm -rf "$out/install"
DESTDIR=$out/install cmake --install "$build"
python3 release/list_libraries.py "$sources" "$out"
