// A message that is a JSON object: what is needed to make a record of it and copy the rest unchanged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/logs/lambda/lambda_line.h"
#include "core/logs/record/member_names.h"

namespace penstock::logs {

// A reader of one object after another. Views live until the next read(), and point into the text or a copy of it.
class JsonObject {
 public:
  // names: the members to look for; those with reserved names are in renames(). timestamp: the index of the name
  // whose value must be a time in RFC 3339.
  explicit JsonObject(MemberNames names, size_t timestamp = SIZE_MAX);
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

  // Returns the object's own time in milliseconds, from _aws.Timestamp or a number in "time"; -1 if it has
  // neither.
  int64_t own_time_ms() const { return own_time_ms_; }
  // Returns the same as an ISO timestamp, from "time" or "timestamp"; empty if it has neither.
  std::string_view own_timestamp() const { return own_timestamp_; }

  // Returns the text of the last member "level", and its offset in the text, after the quote. The text is empty if
  // that member is missing or not a string.
  std::string_view level() const { return level_; }
  size_t level_at() const { return level_at_; }

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
  const size_t timestamp_;          // index of the timestamp's name
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
  int64_t own_time_ms_ = -1;
  std::string_view own_timestamp_;
  std::string_view level_;
  size_t level_at_ = 0;
  bool is_platform_ = false;
  LambdaLine facts_;
  bool facts_are_set_ = false;  // perhaps of an object that has none after all
  bool has_facts_ = false;
};

}  // namespace penstock::logs
