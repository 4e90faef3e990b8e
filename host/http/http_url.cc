#include "host/http/http_url.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace penstock::host {

std::optional<HttpUrl> HttpUrl::parse(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  const size_t slash = std::min(text.find('/', kScheme.size()), text.size());
  std::string authority = text.substr(kScheme.size(), slash - kScheme.size());
  HttpUrl out;
  out.path = slash == text.size() ? "/" : text.substr(slash);
  const size_t colon = authority.rfind(':');
  if (colon != std::string::npos && authority.find(']', colon) == std::string::npos) {
    out.port = authority.substr(colon + 1);
    authority.resize(colon);
  } else {
    out.port = "80";
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  out.host = authority;
  const bool valid_port =
      !out.port.empty() && out.port.size() <= 5 && std::all_of(out.port.begin(), out.port.end(), is_digit);
  const bool valid_text = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (out.host.empty() || !valid_port || !valid_text) return std::nullopt;
  return out;
}

}  // namespace penstock::host
