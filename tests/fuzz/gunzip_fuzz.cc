// Inflating: both inflaters give the same result for all data that zlib accepts, within the limit.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/logs/decode/gunzip.h"
#include "tests/fuzz/check.h"
#include "tests/gzip.h"

namespace penstock {
namespace {

constexpr size_t kLimitBytes = size_t{1} << 20;

// Runs both inflaters, which keep their state between calls, and checks that they agree on all data that zlib
// accepts.
class Inflaters {
 public:
  // Inflates data; if it is damaged, `out` has the members before the damage.
  Status inflate(std::string_view data, size_t limit_bytes, std::string& out) {
    Status status = zlib_.inflate(data, limit_bytes, text_);
    const Status fast_status = fast_.inflate(data, limit_bytes, fast_text_);
    // libdeflate accepts some Huffman codes that no compressor writes, if the checksum matches.
    if (status.code() == Code::invalid && fast_status.ok()) return status;
    check(status.code() == fast_status.code() && text_.view() == fast_text_.view(), "both inflaters give the same",
          data);
    check(status.ok() || status.code() == Code::too_large || status.code() == Code::invalid,
          "damaged data is invalid or too large", data);
    check(text_.size() <= limit_bytes, "the limit is respected", data);
    out = text_.view();
    return status;
  }

 private:
  logs::Gunzip zlib_{logs::Inflater::zlib};
  logs::Gunzip fast_{logs::fastest_inflater()};
  TextBuffer text_;
  TextBuffer fast_text_;
};

void check_record(Inflaters& inflaters, std::string_view data) {
  std::string whole;
  if (!inflaters.inflate(data, kLimitBytes, whole).ok()) return;
  std::string out;
  check(inflaters.inflate(data, whole.size(), out).ok() && out == whole,
        "a limit of just its size lets a record pass", data);
  if (whole.empty()) return;
  check(inflaters.inflate(data, whole.size() - 1, out).code() == Code::too_large,
        "one byte more than the limit is too large", data);
  check(whole.starts_with(out), "data over the limit gives complete members", data);
}

// Checks that text compressed into two members inflates to the same text.
void check_round_trip(Inflaters& inflaters, std::string_view text) {
  const std::string one = gzip(text);
  std::string out;
  const std::string line_endings(text.size() % 3, '\n');
  const std::string zeros(text.size() % 5, '\0');
  check(inflaters.inflate(one + line_endings + one + zeros + line_endings, kLimitBytes, out).ok(),
        "members inflate", text);
  check(out == std::string(text) + std::string(text), "members inflate to what they were", text);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static penstock::Inflaters inflaters;
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  penstock::check_record(inflaters, record);
  if (!penstock::logs::Gunzip::looks_like_gzip(record)) penstock::check_round_trip(inflaters, record);
  return 0;
}
