// A message that is a JSON object: what it has, so that a record can be made of it without touching the rest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/logs/lambda_line.h"

namespace penstock {

// Reads one object after the other. Views live until the next read(), and point into the text or a copy of it.
class JsonObject {
 public:
  // wanted: names of members to look for at the top, 64 at most; empty ones are never found. source: the name of
  // those whose places are told; empty: none.
  JsonObject(std::vector<std::string> wanted, std::string source);
  ~JsonObject();
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  // true if text is one complete JSON object with nothing around it, not even blanks. Takes time and memory
  // linear in its size; an object nested deeper than 1,000 counts as none.
  bool read(std::string_view text);

  bool is_empty() const { return is_empty_; }
  // Whether text is known to be ASCII on one line, so that it may be copied as it is.
  bool is_plain() const { return is_plain_; }
  // Whether a member has the name wanted[index].
  bool has(size_t index) const { return (found_ >> index & 1) != 0; }

  // Where in text the names of the members begin that are called source, behind their quotes.
  const std::vector<size_t>& source_names() const { return source_names_; }
  // Appends a name for those that no other member has, as it stands in JSON between quotes.
  void append_free_source_name(std::string& out) const;

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
  enum class Outcome { object, number_too_big, other };
  bool read_flat(std::string_view text);
  Outcome read_copy();
  void clear();

  std::unique_ptr<Reader> reader_;  // kept, since it has a stack
  std::vector<std::string> wanted_;
  std::array<uint64_t, 64> wanted_by_size_ = {};  // bits of their indices; the last: of all that are longer, too
  std::string source_;
  std::string source_original_;
  std::string source_original_json_;  // as it stands between quotes
  std::string copy_;                  // of the text, for reading in place, which changes it
  std::vector<size_t> source_names_;
  bool is_empty_ = true;
  bool is_plain_ = false;
  uint64_t found_ = 0;  // bits of indices into wanted_
  bool has_source_original_ = false;
  uint64_t last_source_number_ = 1;  // the largest n of a member source_original_n
  int64_t own_time_ms_ = -1;
  std::string_view own_timestamp_;
  std::string_view level_;
  size_t level_at_ = 0;
  bool is_platform_ = false;
  LambdaLine platform_;
  bool platform_is_set_ = false;
};

}  // namespace penstock
