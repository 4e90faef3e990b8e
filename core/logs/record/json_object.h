// A message that is a JSON object: what it has, so that a record can be made of it without touching the rest.
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

// Reads one object after the other. Views live until the next read(), and point into the text or a copy of it.
class JsonObject {
 public:
  // names: those to look for; the members with reserved ones are listed in renames(). timestamp: the index of the
  // name whose value must be a time in RFC 3339.
  explicit JsonObject(MemberNames names, size_t timestamp = SIZE_MAX);
  ~JsonObject();
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  // true if text is one complete JSON object with nothing around it, not even blanks. Takes time and memory
  // linear in its size; an object nested deeper than 1,000 counts as none.
  bool read(std::string_view text);

  bool is_empty() const { return is_empty_; }
  // Whether text is known to be ASCII on one line, so that it may be copied as it is.
  bool is_plain() const { return is_plain_; }
  // Whether a member has names[index], also one in nested objects.
  bool has(size_t index) const { return (found_ >> index & 1) != 0; }
  // Whether there is a member of the timestamp's name, and the value of each such member is a time in RFC 3339.
  bool has_rfc3339_timestamp() const { return timestamps_ > 0 && timestamps_ == rfc3339_timestamps_; }

  // A member that has a reserved name, or whose key continues it: "event.id.x", with the name "event.id".
  struct Rename {
    size_t at;              // where in text its key begins, after the quote
    size_t index;           // of the name
    size_t matched;         // bytes of the name that are the keys around it, with the dot
    std::string_view rest;  // of the key, after the name
  };
  // In the order of the text.
  const std::vector<Rename>& renames() const { return renames_; }
  // Appends another key for such a member, NAME_original, as JSON without quotes. If the object has members of
  // that name already, it is NAME_original_N with the first N after theirs.
  void append_new_key(std::string& out, const Rename& rename) const;

  // The object's own time in milliseconds, from _aws.Timestamp or a number in "time"; -1: it has none.
  int64_t own_time_ms() const { return own_time_ms_; }
  // The same as an ISO timestamp in "time", or in "timestamp"; empty: it has none.
  std::string_view own_timestamp() const { return own_timestamp_; }

  // The text of the last member "level", which is empty where it has none or it is no string, and where in the
  // text it begins, behind its quote.
  std::string_view level() const { return level_; }
  size_t level_at() const { return level_at_; }

  // Whether this is a system record of Lambda, {"time", "type": "platform.X", "record"}, and what it says.
  bool is_platform() const { return is_platform_; }
  const LambdaLine& platform() const { return platform_; }

 private:
  friend class ObjectHandler;
  struct Reader;
  bool read_flat(std::string_view text);
  bool read_copy();
  void clear();

  // The members named NAME_original and NAME_original_N that there are of a name.
  struct Originals {
    bool without_number = false;
    uint64_t last_number = 1;
  };
  // An object around the one being read, whose members may have some of the names.
  struct Scope {
    size_t depth = 1;
    MemberNames::Path path;
  };

  const MemberNames names_;
  const size_t timestamp_;          // index of its name
  std::unique_ptr<Reader> reader_;  // kept, since it has a stack
  std::string copy_;                // of the text, for reading in place, which changes it
  std::vector<Scope> scopes_;       // around the current one; never grows
  std::vector<Rename> renames_;
  std::vector<Originals> originals_;  // by index of the name
  bool has_originals_ = false;        // they are to be cleared
  bool is_empty_ = true;
  bool is_plain_ = false;
  uint64_t found_ = 0;  // bits of indices of names
  size_t timestamps_ = 0;
  size_t rfc3339_timestamps_ = 0;  // of these
  int64_t own_time_ms_ = -1;
  std::string_view own_timestamp_;
  std::string_view level_;
  size_t level_at_ = 0;
  bool is_platform_ = false;
  LambdaLine platform_;
  bool platform_is_set_ = false;
};

}  // namespace penstock::logs
