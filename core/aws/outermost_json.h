// What a small JSON answer of a service says in its outermost object.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// Its members that are strings, decoded, and numbers, as written; what is nested is left out. nullopt where text
// is not one JSON object. Iterative, as the text may be hostile.
std::optional<std::map<std::string, std::string, std::less<>>> outermost_members(std::string_view text);

}  // namespace penstock
