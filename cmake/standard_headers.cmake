# Precompiles the standard headers that nearly every file includes, which take a third of the compile time of our
# libraries. Release builds do not use it, so every file must still include what it uses, and gets all warnings.

# For gcc, the first option lets ccache handle precompiled headers. The others disable warnings of gcc 12, which
# does not recognize a precompiled std::string as a system header's and warns about what it inlines. The option for
# clang lets ccache handle them too.
set(PENSTOCK_PRECOMPILED_OPTIONS
    "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-array-bounds;-Wno-restrict>"
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow;-Wno-stringop-overread>"
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
set(PENSTOCK_STANDARD_HEADERS <algorithm> <cstdint> <functional> <map> <memory> <optional> <set> <string> <string_view>
                              <utility> <vector>)

# For libraries only; programs are compiled with other flags. penstock_base is the first caller, and the others
# reuse its precompiled header.
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
