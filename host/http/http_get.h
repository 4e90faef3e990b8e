// A GET request to the HTTP server of another process.
#pragma once

#include <cstdint>
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

// Returns the body of a response with status 200. On failure returns nullopt; error has the reason. Waits at most
// timeout_ms, and longer for the resolver of names.
std::optional<std::string> http_get(const HttpUrl& url, int64_t timeout_ms, std::string& error);

}  // namespace penstock::host
