// A message that is a JSON object: what it has, so that a record can be made of it without touching the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/logs/lambda_line.h"

namespace penstock {

// The members that the record adds or looks for, by their names.
struct RecordNames {
  std::string timestamp = "timestamp";
  std::string source = "source";
};

// Reads one object after the other. Views live until the next read().
class JsonObject {
 public:
  explicit JsonObject(RecordNames names);
  ~JsonObject();
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  // true if text is one complete JSON object with nothing around it, not even blanks. Takes time and memory
  // linear in its size; an object nested deeper than 1,000 counts as none.
  bool read(std::string_view text);

  bool is_empty() const { return is_empty_; }
  bool has_timestamp() const { return has_timestamp_; }
  bool has_level() const { return has_level_; }
  bool has_lambda() const { return has_lambda_; }
  bool has_event_id() const { return has_event_id_; }

  // Where in text the names of the members begin that are called as our source is, behind their quotes.
  const std::vector<size_t>& source_names() const { return source_names_; }
  // A name for those that no other member has.
  std::string free_source_name() const;

  // The object's own time in milliseconds, from _aws.Timestamp or a number in "time"; -1: it has none.
  int64_t own_time_ms() const { return own_time_ms_; }
  // The same as an ISO timestamp in "time", or in "timestamp" where ours has another name; empty: it has none.
  std::string_view own_timestamp() const { return own_timestamp_; }

  // Whether this is a system record of Lambda, {"time", "type": "platform.X", "record"}, and what it says.
  bool is_platform() const { return is_platform_; }
  const LambdaLine& platform() const { return platform_; }

 private:
  friend class ObjectHandler;
  struct Reader;
  enum class Outcome { object, number_too_big, other };
  Outcome read_copy();
  void clear();

  std::unique_ptr<Reader> reader_;  // kept, since it has a stack
  RecordNames names_;
  std::string source_original_;
  std::string copy_;  // of the text, for reading in place, which changes it
  std::vector<size_t> source_names_;
  bool is_empty_ = true;
  bool has_timestamp_ = false;
  bool has_level_ = false;
  bool has_lambda_ = false;
  bool has_event_id_ = false;
  bool has_source_original_ = false;
  uint64_t last_source_number_ = 1;  // the largest n of a member source_original_n
  int64_t own_time_ms_ = -1;
  std::string_view own_timestamp_;
  bool is_platform_ = false;
  LambdaLine platform_;
};

}  // namespace penstock
