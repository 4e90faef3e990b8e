// The little of XML that STS's answers need: elements by their name, and the text in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock::aws {

// What stands between the first <name> (attributes allowed) and the next </name>, as written; nullopt where there
// is no such pair. Linear in the size of xml.
std::optional<std::string> xml_element(std::string_view xml, std::string_view name);

// The same as text: trimmed, with the five named entities and ASCII character references decoded; "" where there
// is none.
std::string xml_text(std::string_view xml, std::string_view name);

}  // namespace penstock::aws
