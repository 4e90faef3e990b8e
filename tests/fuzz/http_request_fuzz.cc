// The head of an HTTP request: it is read the same however it is divided into parts, and within its limit.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "host/http/http_request.h"
#include "tests/fuzz/check.h"

namespace penstock::host {
namespace {

using State = HttpRequestParser::State;

// Adds text in parts of that size until the parser needs no more.
State add_in_parts(HttpRequestParser& parser, std::string_view text, size_t part_bytes) {
  State state = State::incomplete;
  for (size_t at = 0; at < text.size() && state == State::incomplete; at += part_bytes)
    state = parser.add(text.substr(at, part_bytes));
  return state;
}

void run(std::string_view text, size_t part_bytes) {
  HttpRequestParser whole, parts;
  const State state = text.empty() ? State::incomplete : whole.add(text);
  check(state == add_in_parts(parts, text, part_bytes), "the parts do not matter", text);
  check(state != State::incomplete || text.size() < HttpRequestParser::kMaxHeadBytes, "the limit is respected",
        text);
  if (state != State::complete) return;
  const HttpRequest &one = whole.request(), &other = parts.request();
  check(one.method == other.method && one.path == other.path && one.accept == other.accept,
        "the parts do not matter for the request", text);
  check(!one.path.empty() && one.path.find('?') == std::string::npos, "a path has no query", text);
}

}  // namespace
}  // namespace penstock::host

// The first byte is the size of the parts.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  penstock::host::run(text, std::max<size_t>(data[0], 1));
  return 0;
}
