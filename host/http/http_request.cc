#include "host/http/http_request.h"

#include <llhttp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "host/http/http_url.h"

namespace penstock::host {

struct HttpRequestParser::Parser {
  Parser() {
    llhttp_settings_init(&settings);
    settings.on_url = [](llhttp_t* parser, const char* data, size_t size) {
      of(parser).request.path.append(data, size);
      return 0;
    };
    settings.on_header_field = [](llhttp_t* parser, const char* data, size_t size) {
      of(parser).header.append(data, size);
      return 0;
    };
    settings.on_header_value = [](llhttp_t* parser, const char* data, size_t size) {
      if (Parser& self = of(parser); self.in_accept()) self.request.accept.append(data, size);
      return 0;
    };
    settings.on_header_value_complete = [](llhttp_t* parser) {
      Parser& self = of(parser);
      if (self.in_accept()) self.request.accept += ',';
      self.header.clear();
      return 0;
    };
    settings.on_headers_complete = [](llhttp_t* parser) -> int {
      of(parser).complete = true;
      return HPE_PAUSED;
    };
    llhttp_init(&llhttp, HTTP_REQUEST, &settings);
    llhttp.data = this;
  }

  static Parser& of(llhttp_t* parser) { return *static_cast<Parser*>(parser->data); }
  bool in_accept() const { return equal_without_case(header, "accept"); }

  llhttp_settings_t settings;
  llhttp_t llhttp;
  std::string header;  // name of the current one
  HttpRequest request;
  bool complete = false;
};

HttpRequestParser::HttpRequestParser() : parser_(std::make_unique<Parser>()) {}

HttpRequestParser::~HttpRequestParser() = default;

HttpRequestParser::State HttpRequestParser::add(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kMaxHeadBytes - head_bytes_);
  head_bytes_ += head.size();
  const llhttp_errno_t result = llhttp_execute(&parser_->llhttp, head.data(), head.size());
  if (parser_->complete) {
    HttpRequest& request = parser_->request;
    request.method = llhttp_method_name(static_cast<llhttp_method_t>(parser_->llhttp.method));
    request.path.resize(std::min(request.path.find('?'), request.path.size()));
    // A server must accept the absolute form, too, which clients of proxies send (RFC 9112, 3.2.2).
    if (std::optional<HttpUrl> url = HttpUrl::parse(request.path)) request.path = std::move(url->path);
    return parser_->llhttp.http_major == 1 ? State::complete : State::invalid;
  }
  if (result != HPE_OK) return State::invalid;
  return head_bytes_ == kMaxHeadBytes ? State::too_large : State::incomplete;
}

const HttpRequest& HttpRequestParser::request() const { return parser_->request; }

}  // namespace penstock::host
