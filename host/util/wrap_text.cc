#include "host/util/wrap_text.h"

#include <algorithm>

namespace penstock::host {

std::string wrap_text(const std::vector<std::string>& parts, size_t indent) {
  std::string out;
  size_t width = 0;  // of the current line; 0: not begun
  for (const std::string& part : parts) {
    if (width > 0 && width + 1 + part.size() > kHelpWidth) {
      out += '\n';
      width = 0;
    }
    const std::string before(width == 0 ? indent : 1, ' ');
    out += before + part;
    width += before.size() + part.size();
  }
  return out + '\n';
}

std::string wrap_text(std::string_view text, size_t indent) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrap_text(words, indent);
}

}  // namespace penstock::host
