# Flags of all our targets: strict warnings, hardening, the selected sanitizers, and nothing that depends on the
# build directory.
include(CheckPIESupported)
check_pie_supported()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# A newer compiler may have new warnings: configure with cmake --compile-no-warning-as-error.
set(CMAKE_COMPILE_WARNING_AS_ERROR ON)

# The same source produces the same bytes, whatever the source and build directories are.
add_compile_options(-ffile-prefix-map=${PROJECT_BINARY_DIR}=build -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)

add_compile_options(-fstack-protector-strong)
add_link_options(LINKER:-z,relro,-z,now LINKER:--as-needed)

if(PENSTOCK_SANITIZE)
  add_compile_options(-fsanitize=${PENSTOCK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PENSTOCK_SANITIZE})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    add_compile_options(-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/clang_sanitizer_ignore.txt)
  endif()
  # gcc 12 falsely reports uninitialized members in std::regex in code that a sanitizer has changed.
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
else()
  # Needs optimization, and would hide accesses from the sanitizers.
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()

if(PENSTOCK_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "PENSTOCK_FUZZ is ON: libFuzzer is clang's, and the compiler is ${CMAKE_CXX_COMPILER_ID}; "
                        "use cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
