#include "host/transform/base64_lines.h"

#include <utility>

#include "base/base64.h"

namespace penstock::host {

namespace {

// The beginning of gzip data with deflate, the only method, in base64.
constexpr std::string_view kBase64OfGzip = "H4sI";

bool is_width(size_t size) { return size == 76 || size == 64; }

}  // namespace

// Returns whether the line continues the text. A damaged line of full width does, so that its record fails only
// once.
bool Base64Lines::goes_on_with(std::string_view line, int64_t number) const {
  return width_ > 0 && number == next_line_ && !line.starts_with(kBase64OfGzip) &&
         (line.size() == width_ || (line.size() < width_ && is_base64_text(line)));
}

void Base64Lines::line(std::string_view line, int64_t number) {
  if (!goes_on_with(line, number)) {
    end();
    if (!is_width(line.size()) || !is_base64_text(line)) return take_({line, number, false});
    width_ = line.size();
    first_line_ = number;
  }
  next_line_ = number + 1;
  too_large_ = too_large_ || line.size() > limit_bytes_ - text_.size();
  if (too_large_)
    std::string().swap(text_);
  else
    text_ += line;
  if (line.size() < width_ || line.ends_with('=')) end();
}

void Base64Lines::end() {
  if (width_ == 0) return;
  width_ = 0;
  const bool too_large = std::exchange(too_large_, false);
  const std::string text = std::exchange(text_, {});
  take_({text, first_line_, too_large});
}

}  // namespace penstock::host
