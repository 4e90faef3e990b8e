// A self-signed certificate for tests.
#pragma once

#include <string>

namespace penstock::model {

struct CertificateFiles {
  std::string cert;  // PEM; also the authority that a client must trust
  std::string key;   // PEM
};

// Creates a self-signed certificate for 127.0.0.1 and localhost in the folder, valid for a day.
CertificateFiles make_certificate(const std::string& folder);

}  // namespace penstock::model
