// Inflating: any bytes give what zlib gives, within the limit.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/logs/gunzip.h"
#include "tests/fuzz/check.h"
#include "tests/gzip.h"

namespace penstock {
namespace {

constexpr size_t kLimitBytes = size_t{1} << 20;

void check_limits(Gunzip& gunzip, std::string_view data, const std::string& whole) {
  TextBuffer out;
  check(gunzip.inflate(data, whole.size(), out).ok() && out.view() == whole,
        "a limit of just its size lets a record pass", data);
  if (whole.empty()) return;
  check(gunzip.inflate(data, whole.size() - 1, out).code() == Code::too_large,
        "one byte more than the limit is too large", data);
  check(out.size() < whole.size() && whole.starts_with(out.view()), "what is too large leaves whole members",
        data);
}

void check_inflate(Gunzip& gunzip, std::string_view data) {
  TextBuffer out;
  const Status status = gunzip.inflate(data, kLimitBytes, out);
  check(out.size() <= kLimitBytes, "the limit is respected", data);
  check(status.ok() || status.code() == Code::too_large || status.code() == Code::invalid,
        "damaged data is invalid or too large", data);
  if (status.ok()) check_limits(gunzip, data, std::string(out.view()));
}

// Text made into two members comes back.
void check_round_trip(Gunzip& gunzip, std::string_view text) {
  const std::string one = gzip(text);
  TextBuffer out;
  check(gunzip.inflate(one + one + std::string(text.size() % 5, '\0'), kLimitBytes, out).ok(), "members inflate",
        text);
  check(out.view() == std::string(text) + std::string(text), "members inflate to what they were", text);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static penstock::Gunzip gunzip;
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  penstock::check_inflate(gunzip, record);
  if (!penstock::Gunzip::looks_like_gzip(record)) penstock::check_round_trip(gunzip, record);
  return 0;
}
