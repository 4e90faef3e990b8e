# CMake toolchain of a release build: zig's clang, libc++ and linker for the glibc version of scripts/release.sh. The
# commands, which scripts/release.sh writes, are in PATH. PENSTOCK_ARCH is x86_64 or aarch64.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${PENSTOCK_ARCH})
set(CMAKE_C_COMPILER penstock-cc)
set(CMAKE_CXX_COMPILER penstock-c++)
set(CMAKE_ASM_COMPILER penstock-cc)
set(CMAKE_AR penstock-ar CACHE FILEPATH "")
set(CMAKE_RANLIB penstock-ranlib CACHE FILEPATH "")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PENSTOCK_ARCH)

# Nothing of the build machine is found, only what is in CMAKE_FIND_ROOT_PATH.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
