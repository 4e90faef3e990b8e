#include "core/aws/credentials/xml_text.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/crypto.h"
#include "base/text.h"

namespace penstock::aws {

namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};

// Returns the character of the entity "&name;"; nullopt if the name is unknown.
std::optional<char> entity(std::string_view name) {
  for (const auto& [known, character] : kEntities)
    if (known == name) return character;
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const bool hex = name.starts_with('x');
  if (hex) name.remove_prefix(1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
  if (error != std::errc() || end != name.data() + name.size() || value == 0 || value > 0x7f) return std::nullopt;
  return static_cast<char>(value);
}

std::string decoded(std::string_view text) {
  constexpr size_t kLongestEntity = 8;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t end = text[i] == '&' ? text.substr(i, kLongestEntity).find(';') : std::string_view::npos;
    const auto character = end == std::string_view::npos ? std::nullopt : entity(text.substr(i + 1, end - 1));
    if (!character) {
      out += text[i];
      continue;
    }
    out += *character;
    i += end;
  }
  return out;
}

// Returns the position after the start tag of that name; npos if the tag is not found.
size_t behind_start_tag(std::string_view xml, std::string_view name) {
  for (size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const std::string_view tag = xml.substr(at + 1);
    if (!tag.starts_with(name)) continue;
    const char next = tag.size() > name.size() ? tag[name.size()] : '\0';
    if (next == '>') return at + 1 + name.size() + 1;
    if (next != ' ' && next != '\t' && next != '\n' && next != '\r') continue;
    const size_t close = xml.find('>', at);
    return close == std::string_view::npos ? close : close + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::string> xml_element(std::string_view xml, std::string_view name) {
  const size_t start = behind_start_tag(xml, name);
  if (start == std::string_view::npos) return std::nullopt;
  const size_t end = xml.find("</" + std::string(name) + ">", start);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(xml.substr(start, end - start));
}

std::string xml_text(std::string_view xml, std::string_view name) {
  return decoded(trim(xml_element(xml, name).value_or("")));
}

}  // namespace penstock::aws
