# Flags of every target of ours: strict warnings, hardening, the sanitizers asked for, and nothing of the
# place where it is built.
include(CheckPIESupported)
check_pie_supported()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# For a compiler newer than ours, whose new warnings nobody has seen yet: cmake --compile-no-warning-as-error.
set(CMAKE_COMPILE_WARNING_AS_ERROR ON)

# The same source gives the same bytes in whatever folders it lies and is built.
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
  # gcc 12 sees uninitialised members in std::regex once a sanitizer has changed the code.
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
else()
  # Needs optimisation, and would hide accesses from the sanitizers.
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()

if(PENSTOCK_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "PENSTOCK_FUZZ is ON: libFuzzer is clang's, and the compiler is ${CMAKE_CXX_COMPILER_ID}; "
                        "use cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
