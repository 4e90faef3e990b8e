# penstock_library(NAME SOURCES...) adds penstock_NAME, the library of one folder.
function(penstock_library name)
  add_library(penstock_${name} STATIC ${ARGN})
  target_include_directories(penstock_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  penstock_use_standard_headers(penstock_${name})
endfunction()
