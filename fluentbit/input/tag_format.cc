#include "fluentbit/input/tag_format.h"

#include <algorithm>

#include "base/text.h"

namespace penstock::fluentbit {

namespace {

constexpr size_t kMaxBytes = 256;

struct Variable {
  std::string_view name;
  penstock_bytes penstock_batch::*member;
};
constexpr Variable kVariables[] = {{"log_group", &penstock_batch::log_group},
                                   {"log_stream", &penstock_batch::log_stream},
                                   {"owner", &penstock_batch::owner},
                                   {"region", &penstock_batch::region}};

bool in_name(char c) { return c == '_' || is_alphanumeric(c); }

bool in_tag(char c) { return in_name(c) || c == '/' || c == '.' || c == '-'; }

// Removes what could lead a path that contains the tag out of its folder: leading slashes, and names that consist
// of dots. Reduces several dots in a row to one.
void make_relative(std::string& tag) {
  size_t kept = 0;
  for (size_t at = 0, slash = 0; slash < tag.size() || at < tag.size(); at = slash + 1) {
    slash = std::min(tag.find('/', at), tag.size());
    const bool dots_alone = at < slash && tag.find_first_not_of('.', at) >= slash;
    if (dots_alone) continue;
    if (kept > 0) tag[kept++] = '/';
    for (; at < slash; ++at)
      if (tag[at] != '.' || kept == 0 || tag[kept - 1] != '.') tag[kept++] = tag[at];
  }
  tag.resize(kept);
}

}  // namespace

TagFormat TagFormat::parse(std::string_view text, std::string& problem) {
  TagFormat out;
  const std::string_view whole = text;
  while (!text.empty()) {
    const size_t dollar = std::min(text.find('$'), text.size());
    Piece piece{std::string(text.substr(0, dollar)), nullptr};
    text.remove_prefix(dollar);
    if (!text.empty()) {
      const auto end = std::find_if_not(text.begin() + 1, text.end(), in_name);
      const auto name = text.substr(1, static_cast<size_t>(end - text.begin()) - 1);
      const auto found = std::find_if(std::begin(kVariables), std::end(kVariables),
                                      [&](const Variable& variable) { return variable.name == name; });
      if (found == std::end(kVariables)) {
        problem = "invalid tag_format '" + printable(whole, 300) + "': unknown variable $" + printable(name, 60) +
                  "; expected $log_group, $log_stream, $owner or $region";
        return {};
      }
      piece.member = found->member;
      text.remove_prefix(name.size() + 1);
    }
    out.pieces_.push_back(std::move(piece));
  }
  return out;
}

void TagFormat::expand(const penstock_batch& batch, std::string& tag) const {
  tag.clear();
  for (const Piece& piece : pieces_) {
    tag.append(piece.literal);
    if (piece.member == nullptr) continue;
    const penstock_bytes value = batch.*piece.member;
    if (value.size > 0) tag.append(value.data, std::min(value.size, kMaxBytes));
  }
  if (tag.size() > kMaxBytes) tag.resize(kMaxBytes);
  std::replace_if(
      tag.begin(), tag.end(), [](char c) { return !in_tag(c); }, '_');
  make_relative(tag);
}

}  // namespace penstock::fluentbit
