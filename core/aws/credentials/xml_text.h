// The small part of XML that STS responses need: elements by name, and their text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock::aws {

// Returns the text between the first <name> (attributes allowed) and the next </name>, unchanged; nullopt if the
// pair is not found. Takes time linear in the size of xml.
std::optional<std::string> xml_element(std::string_view xml, std::string_view name);

// Returns the same, trimmed, with the five named entities and ASCII character references decoded; "" if the pair
// is not found.
std::string xml_text(std::string_view xml, std::string_view name);

}  // namespace penstock::aws
