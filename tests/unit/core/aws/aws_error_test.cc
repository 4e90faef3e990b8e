#include "core/aws/aws_error.h"

#include <gtest/gtest.h>

namespace penstock::aws {
namespace {

HttpResponse rejection(int http_status, const std::string& body, const std::string& header = "") {
  HttpResponse response;
  response.http_status = http_status;
  response.body = body;
  if (!header.empty()) response.headers.emplace_back("x-amzn-errortype", header);
  return response;
}

std::string typed(const std::string& type) { return R"({"__type":")" + type + R"(","message":"why"})"; }

Code class_of(const std::string& type, int http_status = 400) {
  return aws_status("PutRecords", rejection(http_status, typed(type))).code();
}

TEST(aws_error, an_error_code_comes_from_the_body_without_its_namespace) {
  EXPECT_EQ(aws_error_code(rejection(400, typed("com.amazonaws.kinesis#ExpiredIteratorException"))),
            "ExpiredIteratorException");
  EXPECT_EQ(aws_error_code(rejection(400, typed("ExpiredIteratorException"))), "ExpiredIteratorException");
}

TEST(aws_error, an_error_code_comes_from_the_header_if_the_body_has_none) {
  EXPECT_EQ(aws_error_code(rejection(400, "{}", "LimitExceededException:http://example.com/doc")),
            "LimitExceededException");
  EXPECT_EQ(aws_error_code(rejection(400, "<html>", "LimitExceededException")), "LimitExceededException");
  EXPECT_EQ(aws_error_code(rejection(400, typed("SlowDown"), "LimitExceededException")), "SlowDown");
  EXPECT_EQ(aws_error_code(rejection(400, "")), "");
}

TEST(aws_error, an_error_code_comes_only_from_the_outermost_object) {
  EXPECT_EQ(aws_error_code(rejection(400, R"({"a":{"__type":"SlowDown"},"b":[{"__type":"SlowDown"}]})")), "");
  EXPECT_EQ(aws_error_code(rejection(400, R"([{"__type":"SlowDown"}])")), "");
  EXPECT_EQ(aws_error_code(rejection(400, R"("__type")")), "");
  EXPECT_EQ(aws_error_code(rejection(400, R"({"__type":["SlowDown"]})")), "");
  EXPECT_EQ(aws_error_code(rejection(400, R"({"a":[{"b":[]}],"__type":"SlowDown"})")), "SlowDown");
}

TEST(aws_error, only_http_status_200_to_299_is_success) {
  EXPECT_TRUE(aws_status("PutRecords", rejection(200, "")).ok());
  EXPECT_TRUE(aws_status("PutRecords", rejection(299, typed("SlowDown"))).ok());
  EXPECT_FALSE(aws_status("PutRecords", rejection(300, "")).ok());
  EXPECT_FALSE(aws_status("PutRecords", rejection(199, "")).ok());
}

TEST(aws_error, a_call_without_a_response_keeps_its_status) {
  HttpResponse response;
  response.transport = Status(Code::transient, "PS0000", "connecting to host: refused");
  const Status status = aws_status("PutRecords", response);
  EXPECT_EQ(status.code(), Code::transient);
  EXPECT_EQ(status.message(), "PutRecords: connecting to host: refused");
}

TEST(aws_error, error_codes_have_their_class_with_and_without_exception_suffix) {
  const std::vector<std::pair<Code, std::vector<std::string>>> classes = {
      {Code::throttled,
       {"ProvisionedThroughputExceeded", "LimitExceeded", "KMSThrottling", "Throttling", "RequestLimitExceeded",
        "SlowDown", "TooManyRequests"}},
      {Code::transient, {"InternalFailure", "ServiceUnavailable", "RequestTimeout", "TransactionConflict"}},
      {Code::clock_skew, {"InvalidSignature", "RequestExpired", "RequestTimeTooSkewed"}},
      {Code::expired, {"ExpiredIterator", "ExpiredNextToken"}},
      {Code::credentials, {"ExpiredToken", "UnrecognizedClient"}},
      {Code::not_found, {"ResourceNotFound"}},
      {Code::conflict, {"ConditionalCheckFailed", "ResourceInUse"}},
      {Code::invalid, {"InvalidArgument", "Validation", "Serialization"}},
      {Code::denied, {"AccessDenied"}},
      {Code::permanent,
       {"KMSDisabled", "KMSAccessDenied", "KMSNotFound", "Unheard", "", "Exception", "throttling"}},
  };
  for (const auto& [code, names] : classes)
    for (const std::string& name : names) {
      EXPECT_EQ(class_of(name), code) << name;
      EXPECT_EQ(class_of(name + "Exception"), code) << name;
      EXPECT_EQ(class_of("com.amazonaws.kinesis#" + name + "Exception"), code) << name;
    }
}

TEST(aws_error, the_http_status_decides_the_class_of_an_unknown_code) {
  for (const int http_status : {408, 500, 502, 503, 504})
    EXPECT_EQ(aws_status("op", rejection(http_status, "<html>")).code(), Code::transient) << http_status;
  EXPECT_EQ(aws_status("op", rejection(429, "")).code(), Code::throttled);
  EXPECT_EQ(aws_status("op", rejection(413, "")).code(), Code::invalid);
  for (const int http_status : {301, 400, 403, 404, 501, 505})
    EXPECT_EQ(aws_status("op", rejection(http_status, "")).code(), Code::permanent) << http_status;
  EXPECT_EQ(class_of("ExpiredIteratorException", 500), Code::expired);
  EXPECT_EQ(class_of("Unheard", 503), Code::transient);
}

TEST(aws_error, only_the_service_itself_can_deny_permanently) {
  const std::string page = "<html>403 Forbidden: AccessDeniedException</html>";
  EXPECT_EQ(aws_status("op", rejection(403, page)).code(), Code::permanent);
  EXPECT_EQ(aws_status("op", rejection(403, page, "AccessDeniedException")).code(), Code::permanent);
  EXPECT_EQ(aws_status("op", rejection(403, R"({"message":"AccessDeniedException"})")).code(), Code::permanent);
  EXPECT_EQ(aws_status("op", rejection(307, "")).code(), Code::permanent);
  EXPECT_EQ(aws_status("op", rejection(403, R"({"__type":"AccessDeniedException"})")).code(), Code::denied);
}

TEST(aws_error, an_error_message_has_operation_code_and_the_services_message) {
  EXPECT_EQ(
      aws_status("PutRecords", rejection(400, R"({"__type":"x#AException","message":"too many"})")).message(),
      "PutRecords: AException: too many");
  EXPECT_EQ(aws_status("PutRecords", rejection(400, R"({"__type":"AException","Message":"too many"})")).message(),
            "PutRecords: AException: too many");
  EXPECT_EQ(aws_status("PutRecords", rejection(502, "<html>Bad Gateway</html>")).message(),
            "PutRecords: HTTP 502");
}

TEST(aws_error, control_characters_in_error_codes_and_messages_are_escaped) {
  const std::string message =
      aws_status("op", rejection(400, R"({"__type":"a\u001b[2J","message":"b\n\u202e\u009b"})", "")).message();
  for (const char* bad : {"\x1b", "\n", "\u202e", "\u009b"}) EXPECT_EQ(message.find(bad), std::string::npos);
  const std::string huge =
      R"({"__type":")" + std::string(100000, 'a') + R"(","message":")" + std::string(100000, 'b') + R"("})";
  EXPECT_LT(aws_status("op", rejection(400, huge)).message().size(), 1000U);
}

TEST(aws_error, a_deeply_nested_error_body_uses_no_stack) {
  const std::string open(1000000, '[');
  EXPECT_EQ(aws_error_code(rejection(400, R"({"a":)" + open)), "");
  const std::string closed = R"({"a":)" + open + std::string(1000000, ']') + R"(,"__type":"SlowDown"})";
  EXPECT_EQ(aws_error_code(rejection(400, closed)), "SlowDown");
}

}  // namespace
}  // namespace penstock::aws
