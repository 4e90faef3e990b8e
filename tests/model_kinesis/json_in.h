// Members of JSON objects. RapidJSON's own lookup compares iterators in a way that is ambiguous in C++20.
#pragma once

#include <rapidjson/document.h>

#include <string_view>

namespace penstock::model {

inline std::string_view view(const rapidjson::Value& text) { return {text.GetString(), text.GetStringLength()}; }

// Returns nullptr if `value` is not an object or has no such member.
inline const rapidjson::Value* find_member(const rapidjson::Value& value, std::string_view name) {
  if (!value.IsObject()) return nullptr;
  for (auto member = value.MemberBegin(); member < value.MemberEnd(); ++member)
    if (view(member->name) == name) return &member->value;
  return nullptr;
}

}  // namespace penstock::model
