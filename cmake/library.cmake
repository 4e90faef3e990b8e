# penstock_library(NAME SOURCES...) adds the library of one folder, penstock_NAME.
function(penstock_library name)
  add_library(penstock_${name} STATIC ${ARGN})
  target_include_directories(penstock_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  penstock_use_standard_headers(penstock_${name})
endfunction()
