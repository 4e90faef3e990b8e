# A Debian package for /usr and a tarball to unpack under /opt, both with the installed files; see
# scripts/package.sh.
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME penstock)
set(CPACK_PACKAGE_CONTACT "The Penstock project")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

# Name of the tarball and of the folder in it; docs/fluent-bit.md uses it.
set(CPACK_PACKAGE_FILE_NAME penstock-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "fluent-bit")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Reads CloudWatch Logs subscription messages from a Kinesis data stream, parses\nAWS Lambda's log lines into JSON, and writes records with PutRecords: as a\nprogram of its own, and as shared objects that log agents open.")
include(CPack)
