# Installs the host with its man page and completions, the shared objects that agents open, the header with its
# CMake package and pkg-config file, the conf files, and the documentation. Clients build against the header only;
# the shared objects are opened at run time, and find each other because they are in one folder.
include(CMakePackageConfigHelpers)

install(TARGETS penstock RUNTIME)
install(TARGETS penstock_plugin penstock_in_kinesis penstock_out_kinesis penstock_filter_lambda_logs
        LIBRARY DESTINATION lib/penstock)
install(FILES abi/penstock.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS penstock_abi EXPORT penstock)

# The header is the same for every architecture, and so are these files: every distribution looks for them in share.
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/penstock)
install(EXPORT penstock NAMESPACE penstock:: FILE penstock-config.cmake DESTINATION ${package_dir})
write_basic_package_version_file(penstock-config-version.cmake COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/penstock-config-version.cmake DESTINATION ${package_dir})

# The prefix is derived from the location of the .pc file, so that an installed tree can be moved as a whole.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig
           OUTPUT_VARIABLE PENSTOCK_PREFIX_FROM_PC)
configure_file(cmake/penstock.pc.in penstock.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/penstock.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

# The built program makes its man page and the completions of shells, from the tables of its help. Its plugin adds
# the commands of the stages.
set(PENSTOCK_HELP_PROGRAM "" CACHE FILEPATH "A penstock of this version that runs here, for a build that does not")
if(CMAKE_SYSTEM_PROCESSOR STREQUAL CMAKE_HOST_SYSTEM_PROCESSOR)
  set(help_program $<TARGET_FILE:penstock>)
else()
  set(help_program ${PENSTOCK_HELP_PROGRAM})
endif()
if(help_program)
  set(help_dir ${PROJECT_BINARY_DIR}/help)
  add_custom_command(
    OUTPUT ${help_dir}/penstock.1 ${help_dir}/penstock.bash ${help_dir}/_penstock
    COMMAND ${CMAKE_COMMAND} -E make_directory ${help_dir}
    COMMAND ${help_program} help --man > ${help_dir}/penstock.1
    COMMAND ${help_program} completion bash > ${help_dir}/penstock.bash
    COMMAND ${help_program} completion zsh > ${help_dir}/_penstock
    DEPENDS penstock penstock_plugin
    COMMENT "Making the man page and the completions of shells"
    VERBATIM)
  add_custom_target(penstock_help_files ALL
                    DEPENDS ${help_dir}/penstock.1 ${help_dir}/penstock.bash ${help_dir}/_penstock)
  install(FILES ${help_dir}/penstock.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${help_dir}/penstock.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME penstock)
  install(FILES ${help_dir}/_penstock DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()

install(DIRECTORY conf/ DESTINATION ${CMAKE_INSTALL_DATADIR}/penstock PATTERN systemd EXCLUDE)
install(FILES conf/systemd/penstock.service DESTINATION lib/systemd/system)
install(FILES conf/systemd/penstock.sysusers DESTINATION lib/sysusers.d RENAME penstock.conf)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md PATTERN *.json)
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
