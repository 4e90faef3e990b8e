// The names of members to look for in an object, as stores read them: to OpenSearch and Elasticsearch,
// {"event.id":1}, {"event":{"id":1}} and {"event":[{"id":1}]} are the same field.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock::logs {

// An index of member names by their first byte and their size, for matching the keys of nested objects.
class MemberNames {
 public:
  // names: at most 64; an empty name never matches. reserved: bits of their indices.
  MemberNames(std::vector<std::string> names, uint64_t reserved) : names_(std::move(names)), reserved_(reserved) {
    for (size_t index = 0; index < names_.size(); ++index) {
      const std::string& name = names_[index];
      if (name.empty()) continue;
      const uint64_t bit = uint64_t{1} << index;
      by_first_byte_[static_cast<uint8_t>(name[0])] |= bit;
      const auto dots = static_cast<size_t>(std::count(name.begin(), name.end(), '.'));
      if (dots > 0 || is_reserved(index)) longer_keys_ |= bit;
      max_nesting_ = std::max(max_nesting_, dots);
      for (size_t size = 0; size < by_size_.size(); ++size)
        if (may_match(index, size)) by_size_[size] |= bit;
    }
  }

  const std::string& operator[](size_t index) const { return names_[index]; }
  size_t size() const { return names_.size(); }
  bool is_reserved(size_t index) const { return (reserved_ >> index & 1) != 0; }
  size_t max_nesting() const { return max_nesting_; }  // maximum objects that one name passes through

  // The names that begin with the keys of the objects around a member.
  struct Path {
    uint64_t candidates = 0;  // bits of their indices; unused at the top, where all names are candidates
    size_t matched = 0;       // bytes of the names that the keys cover, including the dot
  };

  // Returns the names that key, in an object at path, may complete or lead to, as bits of their indices. The first
  // byte and the size already rule out all names for nearly all keys.
  uint64_t candidates(const Path& path, std::string_view key) const {
    if (key.empty()) return 0;
    if (path.matched != 0) return path.candidates;
    return by_first_byte_[static_cast<uint8_t>(key[0])] & by_size_[std::min(key.size(), by_size_.size() - 1)];
  }

  // Calls found(index, rest) for each name that key, in an object at path, completes. rest is the part of the key
  // after the name: empty, or, for reserved names and those with dots, text that begins with '.' or '_'. Returns
  // the path of the key's own members, without candidates if no name leads there.
  template <typename Found>
  [[gnu::always_inline]] Path match(const Path& path, std::string_view key, Found found) const {
    Path inner;
    for (uint64_t left = candidates(path, key); left != 0; left &= left - 1) {
      const auto index = static_cast<size_t>(std::countr_zero(left));
      const std::string_view name = std::string_view(names_[index]).substr(path.matched);
      if (key.size() == name.size()) {
        if (key == name) found(index, std::string_view());
      } else if (key.size() < name.size()) {
        if (name[key.size()] == '.' && name.starts_with(key)) inner.candidates |= uint64_t{1} << index;
      } else if ((longer_keys_ >> index & 1) != 0) {
        const char next = key[name.size()];
        if ((next == '.' || next == '_') && key.starts_with(name)) found(index, key.substr(name.size()));
      }
    }
    inner.matched = path.matched + key.size() + 1;
    return inner;
  }

 private:
  // Returns whether a key of that size at the top may complete the name or lead to it. The last size is that of
  // all longer keys, too.
  bool may_match(size_t index, size_t size) const {
    const std::string& name = names_[index];
    if (size == name.size() || size + 1 == by_size_.size()) return true;
    return size < name.size() ? name[size] == '.' : (longer_keys_ >> index & 1) != 0;
  }

  std::vector<std::string> names_;
  uint64_t reserved_ = 0;
  uint64_t longer_keys_ = 0;  // bits of the names that a longer key can match
  size_t max_nesting_ = 0;
  std::array<uint64_t, 256> by_first_byte_ = {};  // bits of their indices
  std::array<uint64_t, 33> by_size_ = {};         // bits of those that a key of that size may match
};

}  // namespace penstock::logs
