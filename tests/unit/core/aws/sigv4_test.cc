// The rules of SigV4 one by one; expected signatures were computed by botocore 1.29.
#include "core/aws/sigv4.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "base/crypto.h"

namespace penstock::aws {
namespace {

const Credentials kKeys = {"AKIDEXAMPLE", "secret/of+tests", "", kNever, ""};
const std::string kEmptyHash = hex(sha256(""));

std::string line(const std::string& text, int number) {
  size_t start = 0;
  for (int i = 0; i < number; ++i) start = text.find('\n', start) + 1;
  return text.substr(start, text.find('\n', start) - start);
}

std::string canonical_path(std::string_view path, bool normalize = true) {
  return line(sigv4::canonical_request({"GET", path, "", {}, kEmptyHash, normalize}), 1);
}

std::string canonical_query(std::string_view query) {
  return line(sigv4::canonical_request({"GET", "/", query, {}, kEmptyHash}), 2);
}

TEST(sigv4, a_put_records_request_is_signed_as_in_botocore) {
  const std::string hash = hex(sha256(R"({"Records":[]})"));
  sigv4::Request request = {"POST", "/", "", {}, hash};
  request.headers = {{"Host", "kinesis.eu-west-1.amazonaws.com"},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "Kinesis_20131202.PutRecords"},
                     {"X-Amz-Date", "20260102T030405Z"}};
  const sigv4::Scope scope = {"20260102T030405Z", "eu-west-1", "kinesis"};
  sigv4::SigningKey key;
  EXPECT_EQ(sigv4::authorization(kKeys, scope, request, key),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/kinesis/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
            "Signature=5630260c94c079200c40c8a1ef7a0eacd86a9212864e16a135ea3c813e147457");
  request.headers.emplace_back("X-Amz-Security-Token", "token/with+signs==");
  EXPECT_EQ(sigv4::authorization(kKeys, scope, request, key),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/kinesis/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
            "Signature=9edaf4cc0ef610069a7baafb9d4530da46fb24cd4b7049b735e228128399fc76");
}

TEST(sigv4, path_query_and_unusual_white_space_are_signed_as_in_botocore) {
  sigv4::Request request = {"GET", "/a%20b/../c/./d//e/", "b=2&a=%2F&b=1&c", {}, kEmptyHash};
  request.headers = {
      {"Host", "example.com:8443"}, {"X-Odd", "  two   words\t x "}, {"X-Amz-Date", "20260102T030405Z"}};
  sigv4::SigningKey key;
  EXPECT_EQ(sigv4::authorization(kKeys, {"20260102T030405Z", "us-east-1", "service"}, request, key),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date;x-odd, "
            "Signature=a6455aa33f7052443c2b5606832386460944aa6372570df23596aa75f25b7b83");
}

TEST(sigv4, a_signing_key_is_derived_again_for_another_secret_day_region_or_service) {
  Credentials other_keys = kKeys;
  other_keys.secret_access_key += 'x';
  const sigv4::Scope first = {"20260102T030405Z", "us-east-1", "kinesis"};
  const std::pair<Credentials, sigv4::Scope> requests[] = {{kKeys, first},
                                                           {kKeys, {"20260102T235959Z", "us-east-1", "kinesis"}},
                                                           {other_keys, first},
                                                           {kKeys, first},
                                                           {kKeys, {"20260103T000000Z", "us-east-1", "kinesis"}},
                                                           {kKeys, {"20260103T000000Z", "us-east-2", "kinesis"}},
                                                           {kKeys, {"20260103T000000Z", "us-east-2", "dynamodb"}}};
  sigv4::SigningKey kept;
  std::set<std::string> different;
  for (const auto& [keys, scope] : requests) {
    sigv4::SigningKey derived;
    EXPECT_EQ(kept.of(keys, scope), derived.of(keys, scope)) << scope.date_time << scope.region << scope.service;
    different.insert(hex(kept.of(keys, scope)));
  }
  EXPECT_EQ(different.size(), 5u);
}

TEST(sigv4, a_signed_path_has_no_dot_or_empty_segments) {
  EXPECT_EQ(canonical_path(""), "/");
  EXPECT_EQ(canonical_path("/"), "/");
  EXPECT_EQ(canonical_path("//"), "/");
  EXPECT_EQ(canonical_path("/.."), "/");
  EXPECT_EQ(canonical_path("/../../a"), "/a");
  EXPECT_EQ(canonical_path("/a/./b//c/.."), "/a/b");
  EXPECT_EQ(canonical_path("/a/b/"), "/a/b/");
  EXPECT_EQ(canonical_path("/a/../"), "/");
}

TEST(sigv4, a_signed_path_is_unchanged_with_normalization_off) {
  EXPECT_EQ(canonical_path("//a/./..", false), "//a/./..");
}

TEST(sigv4, a_signed_path_is_encoded_once_more_than_in_the_request_line) {
  EXPECT_EQ(canonical_path("/a%20b"), "/a%2520b");
  EXPECT_EQ(canonical_path("/\xc3\xa9~-_."), "/%C3%A9~-_.");
}

TEST(sigv4, a_signed_query_is_sorted_by_name_then_value_and_not_encoded_twice) {
  EXPECT_EQ(canonical_query(""), "");
  EXPECT_EQ(canonical_query("b=2&a=%2F&b=1"), "a=%2F&b=1&b=2");
  EXPECT_EQ(canonical_query("flag&&a b=c"), "a%20b=c&flag=");
  EXPECT_EQ(canonical_query("a=b=c"), "a=b%3Dc");
}

TEST(sigv4, signed_headers_of_the_same_name_are_joined_in_order) {
  const sigv4::Request request = {"GET", "/", "", {{"B", "2"}, {"a", " x  y "}, {"b", "1"}}, kEmptyHash};
  EXPECT_EQ(sigv4::canonical_request(request), "GET\n/\n\na:x y\nb:2,1\n\na;b\n" + kEmptyHash);
}

TEST(sigv4, a_signature_date_is_utc_rounded_down_to_the_second) {
  EXPECT_EQ(sigv4::amz_date(0), "19700101T000000Z");
  EXPECT_EQ(sigv4::amz_date(1440938160000), "20150830T123600Z");
  EXPECT_EQ(sigv4::amz_date(951782399999), "20000228T235959Z");
  EXPECT_EQ(sigv4::amz_date(951782400000), "20000229T000000Z");
  EXPECT_EQ(sigv4::amz_date(-1), "19691231T235959Z");
}

}  // namespace
}  // namespace penstock::aws
