// Members of JSON objects. RapidJSON's own look-up compares iterators in a way that C++20 finds ambiguous.
#pragma once

#include <rapidjson/document.h>

#include <string_view>

namespace penstock::model {

inline std::string_view view(const rapidjson::Value& text) { return {text.GetString(), text.GetStringLength()}; }

// nullptr where value is no object or has no such member.
inline const rapidjson::Value* find_member(const rapidjson::Value& value, std::string_view name) {
  if (!value.IsObject()) return nullptr;
  for (auto member = value.MemberBegin(); member < value.MemberEnd(); ++member)
    if (view(member->name) == name) return &member->value;
  return nullptr;
}

}  // namespace penstock::model
