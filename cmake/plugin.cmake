# How a shared object of ours is linked, so that it can live in any process beside any other library:
#   the exported symbols that its map names, and none of the static libraries in it seen from outside;
#   calls inside it stay inside it, whatever else in the process has the same names;
#   it is never unloaded, since libcurl and OpenSSL leave handlers behind that would point at nothing;
#   a symbol that nobody defines fails the link here, not the dlopen there.
function(penstock_plugin_link_options target map)
  target_link_options(${target} PRIVATE LINKER:--version-script=${map} LINKER:-Bsymbolic
                                        LINKER:--exclude-libs,ALL LINKER:-z,nodelete)
  if(NOT PENSTOCK_SANITIZE) # clang's sanitizers leave their runtime's symbols to the program
    target_link_options(${target} PRIVATE LINKER:-z,defs)
  endif()
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
endfunction()
