// Each stage of the signature against the public test vectors. Skipped if their file is not available.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "core/aws/sigv4.h"

namespace penstock::aws {
namespace {

std::string vectors_path() {
  const char* folder = std::getenv("PENSTOCK_TEST_DATA");
  return std::string(folder != nullptr ? folder : PENSTOCK_TEST_DATA) + "/sigv4-vectors.jsonl";
}

const rapidjson::Value& member(const rapidjson::Value& object, const char* name) {
  return object.FindMember(name)->value;
}

std::string text(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value& value = member(object, name);
  return {value.GetString(), value.GetStringLength()};
}

// Returns "2015-08-30T12:36:00Z" in the form used in signatures, without - and :.
std::string amz_date_of(const std::string& timestamp) {
  std::string out;
  for (const char c : timestamp)
    if (c != '-' && c != ':') out += c;
  return out;
}

// The raw request of a vector: request line, headers (folded ones too), an empty line, the body.
struct RawRequest {
  std::string method, path, query, body;
  std::vector<std::pair<std::string, std::string>> headers;
};

RawRequest parse(const std::string& raw) {
  RawRequest request;
  size_t at = raw.find('\n');
  const std::string line = raw.substr(0, at++);
  const size_t target = line.find(' ') + 1;
  const size_t target_end = line.rfind(" HTTP/");
  request.method = line.substr(0, target - 1);
  request.path = line.substr(target, target_end - target);
  if (const size_t mark = request.path.find('?'); mark != std::string::npos) {
    request.query = request.path.substr(mark + 1);
    request.path.resize(mark);
  }
  while (at < raw.size()) {
    const size_t end = std::min(raw.find('\n', at), raw.size());
    const std::string header = raw.substr(at, end - at);
    at = end + 1;
    if (header.empty()) {
      request.body = raw.substr(std::min(at, raw.size()));
      break;
    }
    if (header[0] == ' ') {
      request.headers.back().second += '\n' + header;
    } else {
      const size_t colon = header.find(':');
      request.headers.emplace_back(header.substr(0, colon), header.substr(colon + 1));
    }
  }
  return request;
}

struct Vector {
  std::string name;
  RawRequest raw;
  std::string payload_hash;
  Credentials credentials;
  sigv4::Scope scope;
  bool normalize = true;
  std::string canonical_request, string_to_sign, signature, signed_request;

  sigv4::Request request() const {
    return {raw.method, raw.path, raw.query, raw.headers, payload_hash, normalize};
  }
};

Vector read_vector(const std::string& line) {
  rapidjson::Document document;
  document.Parse(line.data(), line.size());
  const rapidjson::Value& context = member(document, "context");
  const rapidjson::Value& keys = member(context, "credentials");
  Vector vector;
  vector.name = text(document, "name");
  vector.raw = parse(text(document, "request"));
  vector.payload_hash = hex(sha256(vector.raw.body));
  vector.credentials.access_key_id = text(keys, "access_key_id");
  vector.credentials.secret_access_key = text(keys, "secret_access_key");
  if (keys.HasMember("token")) vector.credentials.session_token = text(keys, "token");
  vector.scope = {amz_date_of(text(context, "timestamp")), text(context, "region"), text(context, "service")};
  vector.normalize = member(context, "normalize").GetBool();
  vector.raw.headers.emplace_back("X-Amz-Date", vector.scope.date_time);
  const bool omit_token =
      context.HasMember("omit_session_token") && member(context, "omit_session_token").GetBool();
  if (!vector.credentials.session_token.empty() && !omit_token)
    vector.raw.headers.emplace_back("X-Amz-Security-Token", vector.credentials.session_token);
  if (member(context, "sign_body").GetBool())
    vector.raw.headers.emplace_back("x-amz-content-sha256", vector.payload_hash);
  vector.canonical_request = text(document, "header_canonical_request");
  vector.string_to_sign = text(document, "header_string_to_sign");
  vector.signature = text(document, "header_signature");
  vector.signed_request = text(document, "header_signed_request");
  return vector;
}

class sigv4_vectors : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(vectors_path());
    if (!file) GTEST_SKIP() << "no " << vectors_path() << "; set PENSTOCK_TEST_DATA to the folder with it";
    for (std::string line; std::getline(file, line);) vectors_.push_back(read_vector(line));
    ASSERT_FALSE(vectors_.empty());
  }

  std::vector<Vector> vectors_;
};

TEST_F(sigv4_vectors, the_canonical_request_matches_each_vector) {
  for (const Vector& vector : vectors_)
    EXPECT_EQ(sigv4::canonical_request(vector.request()), vector.canonical_request) << vector.name;
}

TEST_F(sigv4_vectors, the_string_to_sign_matches_each_vector) {
  for (const Vector& vector : vectors_)
    EXPECT_EQ(sigv4::string_to_sign(vector.scope, vector.canonical_request), vector.string_to_sign) << vector.name;
}

TEST_F(sigv4_vectors, the_signature_matches_each_vector) {
  sigv4::SigningKey key;
  for (const Vector& vector : vectors_)
    EXPECT_EQ(sigv4::signature(key.of(vector.credentials, vector.scope), vector.string_to_sign), vector.signature)
        << vector.name;
}

TEST_F(sigv4_vectors, the_authorization_header_matches_each_vector) {
  sigv4::SigningKey key;
  for (const Vector& vector : vectors_) {
    const std::string header =
        "\nAuthorization:" + sigv4::authorization(vector.credentials, vector.scope, vector.request(), key) + "\n";
    EXPECT_NE(vector.signed_request.find(header), std::string::npos) << vector.name << header;
  }
}

}  // namespace
}  // namespace penstock::aws
