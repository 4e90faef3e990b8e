// The verification of signatures: against the published vectors, and each error that it can return.
#include "tests/model_kinesis/signature.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/model_kinesis/amz_time.h"
#include "tests/model_kinesis/json_in.h"
#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

std::string vectors_path() {
  const char* folder = std::getenv("PENSTOCK_TEST_DATA");
  return std::string(folder != nullptr ? folder : PENSTOCK_TEST_DATA) + "/sigv4-vectors.jsonl";
}

// Parses a request written as text; a line that begins with white space continues the previous header.
Request parse_request(const std::string& text) {
  Request request;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  const size_t version = line.rfind(" HTTP/");
  request.method = line.substr(0, line.find(' '));
  request.path = line.substr(request.method.size() + 1, version - request.method.size() - 1);
  while (std::getline(lines, line) && !line.empty()) {
    const size_t colon = line.find(':');
    if (line[0] == ' ')
      request.headers.back().second += line;
    else
      request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  std::ostringstream rest;
  rest << lines.rdbuf();
  request.body = rest.str();
  return request;
}

const rapidjson::Value& at(const rapidjson::Value& object, std::string_view name) {
  return *find_member(object, name);
}
std::string string_at(const rapidjson::Value& object, std::string_view name) {
  return std::string(view(at(object, name)));
}

std::vector<std::string> last_line_but_one_split(const std::string& canonical) {
  std::istringstream lines(canonical);
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  std::istringstream names(all[all.size() - 2]);
  std::vector<std::string> out;
  for (std::string name; std::getline(names, name, ';');) out.push_back(name);
  return out;
}

TEST(model_signature, each_stage_of_signing_matches_every_published_vector) {
  std::ifstream file(vectors_path());
  if (!file) GTEST_SKIP() << "no " << vectors_path() << "; set PENSTOCK_TEST_DATA to the folder with it";
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    rapidjson::Document vector;
    vector.Parse(line.c_str());
    SCOPED_TRACE(string_at(vector, "name"));
    const rapidjson::Value& context = at(vector, "context");
    const Request request = parse_request(string_at(vector, "header_signed_request"));
    const std::string canonical = string_at(vector, "header_canonical_request");
    EXPECT_EQ(canonical_request(request, last_line_but_one_split(canonical), at(context, "normalize").GetBool()),
              canonical);
    const std::string time(header(request.headers, "x-amz-date"));
    const SigningScope scope{time.substr(0, 8), string_at(context, "region"), string_at(context, "service")};
    EXPECT_EQ(string_to_sign(time, scope, canonical), string_at(vector, "header_string_to_sign"));
    const std::string secret = string_at(at(context, "credentials"), "secret_access_key");
    EXPECT_EQ(signature(secret, scope, string_at(vector, "header_string_to_sign")),
              string_at(vector, "header_signature"));
  }
  EXPECT_GT(count, 20);
}

class model_authorization : public model {
 protected:
  // Returns the error code for a valid request after `change`.
  std::string code_after(const std::function<void(Request&)>& change) {
    Request request = client.request("ListShards", R"({"StreamName":"s"})");
    change(request);
    const Response response = client.send(request);
    EXPECT_EQ(response.status(), response.ok() ? 200 : 400);
    return response.code();
  }
  static void set(Request& request, const std::string& name, const std::string& value) {
    for (auto& [key, old] : request.headers)
      if (key == name) old = value;
  }
  static std::string get(const Request& request, const std::string& name) {
    return std::string(header(request.headers, lower_case(name)));
  }
};

TEST_F(model_authorization, a_correctly_signed_request_is_accepted) {
  EXPECT_EQ(code_after([](Request&) {}), "");
  EXPECT_EQ(service->stats().unsigned_requests, 0U);
}

TEST_F(model_authorization, a_missing_signature_is_rejected) {
  EXPECT_EQ(code_after([](Request& r) { r.headers.pop_back(); }), "MissingAuthenticationTokenException");
  EXPECT_EQ(service->stats().unsigned_requests, 1U);
}

TEST_F(model_authorization, an_incomplete_signature_is_rejected) {
  const auto without = [&](const std::string& part) {
    return code_after([&](Request& r) {
      std::string value = get(r, "Authorization");
      value.replace(value.find(part), part.size(), "X");
      set(r, "Authorization", value);
    });
  };
  for (const char* part : {"AWS4-HMAC-SHA256", "Credential", "SignedHeaders", "Signature=", "/aws4_request"})
    EXPECT_EQ(without(part), "IncompleteSignatureException") << part;
  EXPECT_EQ(code_after([](Request& r) { set(r, "X-Amz-Date", "yesterday"); }), "IncompleteSignatureException");
}

TEST_F(model_authorization, a_changed_body_path_header_or_signature_is_rejected) {
  EXPECT_EQ(code_after([](Request& r) { r.body += " "; }), "InvalidSignatureException");
  EXPECT_EQ(code_after([](Request& r) { r.path = "/other"; }), "InvalidSignatureException");
  EXPECT_EQ(code_after([](Request& r) { r.path = "/?a=b"; }), "InvalidSignatureException");
  EXPECT_EQ(code_after([](Request& r) { set(r, "Host", "elsewhere"); }), "InvalidSignatureException");
  EXPECT_EQ(code_after([](Request& r) {
              std::string value = get(r, "Authorization");
              value.back() = value.back() == '0' ? '1' : '0';
              set(r, "Authorization", value);
            }),
            "InvalidSignatureException");
}

TEST_F(model_authorization, an_unsigned_amz_header_is_rejected) {
  EXPECT_EQ(code_after([](Request& r) { r.headers.emplace_back("X-Amz-Extra", "1"); }),
            "InvalidSignatureException");
  EXPECT_EQ(code_after([](Request& r) { r.headers.emplace_back("User-Agent", "test"); }), "");
}

TEST_F(model_authorization, another_key_secret_region_or_service_is_rejected) {
  client.key.id = "AKIDOTHER";
  EXPECT_EQ(code_after([](Request&) {}), "UnrecognizedClientException");
  client.key = AccessKey{};
  client.key.secret = "wrong";
  EXPECT_EQ(code_after([](Request&) {}), "InvalidSignatureException");
  client.key = AccessKey{};
  const auto signed_for = [&](const char* region, const char* scope_service) {
    return code_after([&](Request& r) {
      r.headers.resize(3);
      sign(r, client.key, region, scope_service, now_ms);
    });
  };
  EXPECT_EQ(signed_for("us-east-1", "kinesis"), "");
  EXPECT_EQ(signed_for("eu-west-1", "kinesis"), "InvalidSignatureException");
  EXPECT_EQ(signed_for("us-east-1", "firehose"), "InvalidSignatureException");
}

TEST_F(model_authorization, a_clock_wrong_by_more_than_five_minutes_is_rejected) {
  const auto skewed = [&](int64_t offset_ms) {
    return code_after([&](Request& r) {
      r.headers.resize(3);
      sign(r, client.key, "us-east-1", "kinesis", now_ms + offset_ms);
    });
  };
  EXPECT_EQ(skewed(-300'000), "");
  EXPECT_EQ(skewed(-301'000), "InvalidSignatureException");
  EXPECT_EQ(skewed(300'000), "");
  EXPECT_EQ(skewed(301'000), "InvalidSignatureException");
  EXPECT_EQ(amz_time(0), "19700101T000000Z");
}

TEST_F(model_authorization, temporary_credentials_need_their_token_and_expire) {
  AccessKey temporary{"ASIATEMPORARY", "secret", "token", false};
  service->set_keys({temporary});
  client.key = temporary;
  EXPECT_EQ(code_after([](Request&) {}), "");
  client.key.session_token = "";
  EXPECT_EQ(code_after([](Request&) {}), "UnrecognizedClientException");
  client.key = temporary;
  temporary.expired = true;
  service->set_keys({temporary});
  EXPECT_EQ(code_after([](Request&) {}), "ExpiredTokenException");
}

}  // namespace
}  // namespace penstock::model
