#include "host/http/http_request.h"

#include <gtest/gtest.h>

namespace penstock::host {
namespace {

using State = HttpRequestParser::State;

TEST(http_request, a_request_may_arrive_one_byte_at_a_time) {
  const std::string text =
      "GET /metrics?name=x HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\naccept: */*\r\nX: y\r\n\r\n";
  HttpRequestParser parser;
  for (size_t i = 0; i + 1 < text.size(); ++i)
    ASSERT_EQ(parser.add(text.substr(i, 1)), State::incomplete) << text.substr(0, i);
  ASSERT_EQ(parser.add(text.substr(text.size() - 1)), State::complete);
  EXPECT_EQ(parser.request().method, "GET");
  EXPECT_EQ(parser.request().path, "/metrics");
  EXPECT_EQ(parser.request().accept, "text/plain,*/*,");
}

TEST(http_request, a_path_may_follow_the_name_of_the_server) {
  for (const char* const target : {"/stats", "http://a/stats", "http://[::1]:2020/stats?x=http://b/"}) {
    HttpRequestParser parser;
    ASSERT_EQ(parser.add(std::string("GET ") + target + " HTTP/1.1\r\n\r\n"), State::complete) << target;
    EXPECT_EQ(parser.request().path, "/stats") << target;
  }
}

TEST(http_request, a_body_is_not_read) {
  HttpRequestParser parser;
  EXPECT_EQ(parser.add("POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\nabc"), State::complete);
  EXPECT_EQ(parser.request().method, "POST");
}

TEST(http_request, a_head_has_at_most_8_kib) {
  const std::string line = "GET / HTTP/1.0\r\n", end = "\r\n\r\n";
  const auto with_bytes = [&](size_t bytes) {
    return line + "X: " + std::string(bytes - line.size() - 3 - end.size(), 'x') + end;
  };
  EXPECT_EQ(HttpRequestParser().add(with_bytes(HttpRequestParser::kMaxHeadBytes)), State::complete);
  EXPECT_EQ(HttpRequestParser().add(with_bytes(HttpRequestParser::kMaxHeadBytes + 1)), State::too_large);
}

TEST(http_request, text_that_is_not_http_is_invalid) {
  for (const char* const text :
       {"hello\r\n\r\n", "\x16\x03\x01\x02", "GET /\x01 HTTP/1.1\r\n\r\n", "GET / HTTP/3.0\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\nA b\r\n\r\n"})
    EXPECT_EQ(HttpRequestParser().add(text), State::invalid) << text;
}

}  // namespace
}  // namespace penstock::host
