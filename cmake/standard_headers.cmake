# The standard headers that nearly every file includes, compiled once: a third of what our libraries take to compile.
# What is released is built without, so every file still has to include what it uses, and has all warnings.

# The first lets ccache see through precompiled headers. gcc 12 no longer knows that a precompiled std::string is the
# system's, and warns of what it inlines.
set(PENSTOCK_PRECOMPILED_OPTIONS
    "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-array-bounds;-Wno-restrict>"
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow;-Wno-stringop-overread>"
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
set(PENSTOCK_STANDARD_HEADERS <algorithm> <cstdint> <functional> <map> <memory> <optional> <set> <string> <string_view>
                              <utility> <vector>)

# For libraries: programs are compiled with other flags. The first is penstock_base, and the others use what it has.
function(penstock_use_standard_headers)
  if(NOT PENSTOCK_BUILD_TESTS)
    return()
  endif()
  foreach(library IN LISTS ARGN)
    target_compile_options(${library} PRIVATE ${PENSTOCK_PRECOMPILED_OPTIONS})
    if(library STREQUAL penstock_base)
      target_precompile_headers(penstock_base PRIVATE ${PENSTOCK_STANDARD_HEADERS})
    else()
      target_precompile_headers(${library} REUSE_FROM penstock_base)
    endif()
  endforeach()
endfunction()
