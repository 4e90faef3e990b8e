# Links a shared object so that it can be loaded into any process, next to any other library:
#   - it exports only the symbols in its map, and none of the static libraries in it;
#   - calls inside it stay inside it, even if the process has other functions of the same name;
#   - it is never unloaded, because libcurl and OpenSSL register handlers that would then point to unmapped code;
#   - an undefined symbol fails at link time, not at dlopen().

# Not every linker has the option. The map alone already hides the static libraries.
include(CheckLinkerFlag)
check_linker_flag(CXX LINKER:--exclude-libs,ALL PENSTOCK_LINKER_EXCLUDES_LIBS)

function(penstock_plugin_link_options target map)
  target_link_options(${target} PRIVATE LINKER:--version-script=${map} LINKER:-Bsymbolic LINKER:-z,nodelete)
  if(PENSTOCK_LINKER_EXCLUDES_LIBS)
    target_link_options(${target} PRIVATE LINKER:--exclude-libs,ALL)
  endif()
  if(NOT PENSTOCK_SANITIZE) # clang's sanitizers leave their runtime's symbols to the program
    target_link_options(${target} PRIVATE LINKER:-z,defs)
  endif()
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
endfunction()
