// The CA certificates of the machine: one code path for every build, because a statically linked OpenSSL knows no
// location.
#pragma once

#include <functional>
#include <string>

namespace penstock::posix {

struct CaCertificates {
  std::string file;    // PEM file; empty: none
  std::string folder;  // folders of PEM files named by hash, separated by colons; empty: none
  std::string tried;   // each location that cannot be used, and why

  bool found() const { return !file.empty() || !folder.empty(); }
};

// Returns the value of an environment variable, or nullptr.
using Variable = std::function<const char*(const char* name)>;

// Finds the CA certificates. If SSL_CERT_FILE or SSL_CERT_DIR is set (and not empty), only these are used, even if
// they do not exist: the user may have set them to trust fewer CAs. Otherwise, the first location of Debian,
// Amazon Linux and Red Hat, SUSE, or Alpine that can be read is used. root: prefix of these locations; empty
// outside of tests.
CaCertificates find_ca_certificates(const Variable& variable, const std::string& root = "");

}  // namespace penstock::posix
