#include "core/posix/ca_certificates.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/unit/core/posix/curl_client.h"
#include "tests/unit/core/posix/temp_folder.h"

namespace penstock::posix {
namespace {

constexpr const char* kStandardFiles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

class ca_certificates : public testing::Test {
 protected:
  CaCertificates find() const {
    return find_ca_certificates(
        [this](const char* name) {
          const auto found = variables_.find(name);
          return found == variables_.end() ? nullptr : found->second.c_str();
        },
        root_.path());
  }

  // Creates a file of the root, with its folder.
  std::string add(const std::string& path, const std::string& text = "a certificate") {
    const std::filesystem::path whole = root_.path() + path;
    std::filesystem::create_directories(whole.parent_path());
    write_file(whole.string(), text);
    return whole.string();
  }

  TempFolder root_;
  std::map<std::string, std::string> variables_;
};

TEST_F(ca_certificates, each_standard_file_is_found) {
  for (const char* path : kStandardFiles) {
    const std::string file = add(path);
    EXPECT_EQ(find().file, file);
    EXPECT_EQ(find().folder, "");
    std::filesystem::remove(file);
  }
}

TEST_F(ca_certificates, the_file_of_the_distribution_has_priority_over_a_folder) {
  add("/etc/ssl/certs/0a775a30.0");
  EXPECT_EQ(find().file, "");
  EXPECT_EQ(find().folder, root_ / "etc/ssl/certs");
  const std::string file = add("/etc/pki/tls/certs/ca-bundle.crt");
  EXPECT_EQ(find().file, file);
  EXPECT_EQ(find().folder, "");
}

TEST_F(ca_certificates, ssl_cert_file_replaces_the_standard_locations) {
  add("/etc/ssl/certs/ca-certificates.crt");
  variables_["SSL_CERT_FILE"] = add("/private/ca.pem");
  EXPECT_EQ(find().file, root_ / "private/ca.pem");
  EXPECT_EQ(find().folder, "");
}

TEST_F(ca_certificates, ssl_cert_dir_replaces_the_standard_locations) {
  add("/etc/ssl/certs/ca-certificates.crt");
  add("/private/0a775a30.0");
  variables_["SSL_CERT_DIR"] = root_ / "none" + ":" + root_ / "private";
  EXPECT_EQ(find().file, "");
  EXPECT_EQ(find().folder, variables_["SSL_CERT_DIR"]);
}

TEST_F(ca_certificates, ssl_cert_file_and_ssl_cert_dir_are_used_together) {
  variables_["SSL_CERT_FILE"] = add("/private/ca.pem");
  variables_["SSL_CERT_DIR"] = root_ / "private";
  EXPECT_EQ(find().file, root_ / "private/ca.pem");
  EXPECT_EQ(find().folder, root_ / "private");
}

TEST_F(ca_certificates, an_empty_variable_counts_as_not_set) {
  const std::string file = add("/etc/ssl/cert.pem");
  variables_ = {{"SSL_CERT_FILE", ""}, {"SSL_CERT_DIR", ""}};
  EXPECT_EQ(find().file, file);
}

// The user may have set the variable to trust fewer CAs.
TEST_F(ca_certificates, a_variable_with_a_missing_file_does_not_fall_back_to_the_standard_locations) {
  add("/etc/ssl/certs/ca-certificates.crt");
  variables_["SSL_CERT_FILE"] = root_ / "none.pem";
  EXPECT_FALSE(find().found());
  EXPECT_EQ(find().tried, "SSL_CERT_FILE=" + root_ / "none.pem" + " (No such file or directory)");
  variables_ = {{"SSL_CERT_DIR", root_ / "none"}};
  EXPECT_FALSE(find().found());
  EXPECT_EQ(find().tried, "SSL_CERT_DIR=" + root_ / "none" + " (No such file or directory)");
}

TEST_F(ca_certificates, without_certificates_every_location_and_its_reason_are_listed) {
  add("/etc/ssl/cert.pem", "");
  std::filesystem::create_directories(root_ / "etc/ssl/certs/ca-certificates.crt");
  std::filesystem::remove(add("/etc/ssl/certs/one"));
  const CaCertificates found = find();
  for (const char* path : kStandardFiles) EXPECT_TRUE(has(found.tried, path)) << found.tried;
  EXPECT_TRUE(has(found.tried, "ca-certificates.crt (it is a folder), ")) << found.tried;
  EXPECT_TRUE(has(found.tried, "tls-ca-bundle.pem (No such file or directory), ")) << found.tried;
  EXPECT_TRUE(has(found.tried, "/etc/ssl/cert.pem (it is empty)")) << found.tried;
}

TEST_F(ca_certificates, an_empty_folder_has_no_certificates) {
  std::filesystem::create_directories(root_ / "etc/ssl/certs");
  EXPECT_FALSE(find().found());
  EXPECT_TRUE(has(find().tried, "/etc/ssl/certs (it is empty)")) << find().tried;
}

}  // namespace
}  // namespace penstock::posix
