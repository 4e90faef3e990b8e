// The address of a page of an HTTP server.
#pragma once

#include <optional>
#include <string>

namespace penstock::host {

// "http://HOST:PORT/path".
struct HttpUrl {
  std::string host;  // a name or an address, without brackets
  std::string port;  // "80" if the URL has none
  std::string path;  // "/" if the URL has none

  // Returns nullopt if text is not such a URL.
  static std::optional<HttpUrl> parse(const std::string& text);
};

}  // namespace penstock::host
