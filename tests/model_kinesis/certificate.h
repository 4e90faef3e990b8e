// For tests: a certificate of their own.
#pragma once

#include <string>

namespace penstock::model {

struct CertificateFiles {
  std::string cert;  // PEM; also what a client gives as its private authority
  std::string key;   // PEM
};

// Makes a self-signed certificate for 127.0.0.1 and localhost, good for a day, in the folder.
CertificateFiles make_certificate(const std::string& folder);

}  // namespace penstock::model
