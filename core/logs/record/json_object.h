// A message that is a JSON object: what is needed to make a record of it and copy the rest unchanged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/logs/lambda/lambda_line.h"
#include "core/logs/record/member_names.h"
#include "core/logs/record/member_time.h"

namespace penstock::logs {

// A range of the indices of names.
struct NameRange {
  size_t first = 0;
  size_t count = 0;
  uint64_t bits() const { return count == 0 ? 0 : (~uint64_t{0} >> (64 - count)) << first; }
};

// Which values to read, by index of the name.
struct ValuesToRead {
  size_t timestamp = SIZE_MAX;  // must be a time in RFC 3339
  NameRange times;              // may have the time of the object; the preferred ones first
  NameRange texts;              // see JsonObject::texts(); the names have no dots
};

// A reader of one object after another. Views live until the next read(), and point into the text or a copy of it.
class JsonObject {
 public:
  static constexpr size_t kMaxTexts = 4;

  // names: the members to look for; those with reserved names are in renames().
  explicit JsonObject(MemberNames names, const ValuesToRead& values = {});
  ~JsonObject();
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  // Returns true if text is exactly one JSON object, without even blanks around it. Takes time and memory linear
  // in its size. An object that is nested deeper than 1,000 levels is rejected.
  bool read(std::string_view text);

  bool is_empty() const { return is_empty_; }
  // Returns whether text is known to be ASCII on one line, so that it can be copied unchanged.
  bool is_plain() const { return is_plain_; }
  // Returns whether a member has the name names[index], either at the top or through nested objects.
  bool has(size_t index) const { return (found_ >> index & 1) != 0; }
  // Returns whether there is a timestamp member, and the value of each such member is a time in RFC 3339.
  bool has_rfc3339_timestamp() const { return timestamps_ > 0 && timestamps_ == rfc3339_timestamps_; }

  // A member with a reserved name, or with a key that continues it: "event.id.x" for the name "event.id".
  struct Rename {
    size_t at;              // offset in text of its key, after the quote
    size_t index;           // index of the name
    size_t matched;         // bytes of the name that the enclosing keys cover, including the dot
    std::string_view rest;  // the part of the key after the name
  };
  // In the order of the text.
  const std::vector<Rename>& renames() const { return renames_; }
  // Appends another key for such a member, NAME_original, as JSON without quotes. If the object already has
  // members of that name, appends NAME_original_N, with the first N after theirs.
  void append_new_key(std::string& out, const Rename& rename) const;

  // Returns the object's own time: from the first of the names in ValuesToRead::times that has one.
  const MemberTime& own_time() const { return own_time_; }
  // Returns the place of that name in ValuesToRead::times.
  size_t own_time_place() const { return own_time_place_; }

  // A member at the top whose value is a string that is not empty: offsets in the text, after the quotes.
  struct TextMember {
    size_t key_at = 0;
    size_t at = 0;  // 0: not found
  };
  // Returns the last member of each name in ValuesToRead::texts.
  const std::array<TextMember, kMaxTexts>& texts() const { return texts_; }

  // Returns the text of the last member "level", and where it is. The text is empty if that member is missing or
  // not a string.
  std::string_view level() const { return level_; }
  const TextMember& level_member() const { return level_member_; }

  // Returns whether this is a system record of Lambda, {"time", "type": "platform.X", "record"}.
  bool is_platform() const { return is_platform_; }
  // Returns the facts of a system record or of an unhandled error; null for any other object.
  const LambdaLine* facts() const { return has_facts_ ? &facts_ : nullptr; }

 private:
  friend class ObjectHandler;
  struct Reader;
  bool read_flat(std::string_view text);
  bool read_copy();
  void clear();

  // Which members named NAME_original and NAME_original_N exist for a name.
  struct Originals {
    bool without_number = false;
    uint64_t last_number = 1;
  };
  // An enclosing object whose members may have some of the names.
  struct Scope {
    size_t depth = 1;
    MemberNames::Path path;
  };

  const MemberNames names_;
  const ValuesToRead values_;
  const uint64_t timestamp_bit_;    // of the names; 0: none
  const uint64_t value_bits_;       // of all names in values_
  std::unique_ptr<Reader> reader_;  // kept, because it has a stack
  std::string copy_;                // of the text, because reading in place changes it
  std::vector<Scope> scopes_;       // around the current one; never grows beyond what is reserved
  std::vector<Rename> renames_;
  std::vector<Originals> originals_;  // by index of the name
  bool has_originals_ = false;        // originals_ must be cleared
  bool is_empty_ = true;
  bool is_plain_ = false;
  uint64_t found_ = 0;  // bits of the indices of names
  size_t timestamps_ = 0;
  size_t rfc3339_timestamps_ = 0;  // of these
  MemberTime own_time_;
  size_t own_time_place_ = SIZE_MAX;
  std::array<TextMember, kMaxTexts> texts_;
  std::string_view level_;
  TextMember level_member_;
  bool is_platform_ = false;
  LambdaLine facts_;
  bool facts_are_set_ = false;  // perhaps of an object that has none after all
  bool has_facts_ = false;
};

}  // namespace penstock::logs
