// A certificate authority that exists for one test.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace penstock::posix {

class TestCa {
 public:
  explicit TestCa(const std::string& name = "penstock test CA");

  // Returns the context of a server whose certificate, signed by this CA, has one subject alternative name:
  // "IP:127.0.0.1", "DNS:example.com".
  std::shared_ptr<SSL_CTX> server_context(const std::string& subject_alternative_name) const;
  // The CA's own certificate, PEM.
  std::string pem() const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

}  // namespace penstock::posix
