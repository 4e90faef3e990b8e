// Parsing of the head of an HTTP request. The only file that uses llhttp is http_request.cc.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace penstock::host {

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // of the request line, without a query
  std::string accept;  // values of the Accept headers, comma-separated
};

// The parser of one request, which arrives in parts. Its memory is bounded by kMaxHeadBytes.
class HttpRequestParser {
 public:
  static constexpr size_t kMaxHeadBytes = 8 << 10;

  HttpRequestParser();
  ~HttpRequestParser();
  HttpRequestParser(const HttpRequestParser&) = delete;
  HttpRequestParser& operator=(const HttpRequestParser&) = delete;

  enum class State {
    incomplete,  // needs more bytes
    complete,    // the head has ended; a body is not read
    invalid,     // not HTTP/1.0 or HTTP/1.1
    too_large    // the head has more than kMaxHeadBytes
  };
  // REQUIRES: every earlier call returned incomplete.
  State add(std::string_view bytes);

  // REQUIRES: add() has returned complete.
  const HttpRequest& request() const;

 private:
  struct Parser;

  std::unique_ptr<Parser> parser_;
  size_t head_bytes_ = 0;
};

}  // namespace penstock::host
