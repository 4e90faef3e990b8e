// The content of the output record for a log event: options time_key, time_key_format, log_key and data_keys. They
// have the same meaning as in the agent's own output (kinesis_streams) and the older one (kinesis).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/message_id.h"
#include "base/text_buffer.h"
#include "fluentbit/msgpack/log_events.h"
#include "fluentbit/output/time_text.h"

namespace penstock::fluentbit {

// A formatter of records. One thread at a time.
class RecordFormat {
 public:
  // Values of the options; "": not set.
  struct Options {
    std::string time_key;
    std::string time_key_format = "%Y-%m-%dT%H:%M:%S";
    std::string log_key;
    std::string data_keys;
  };

  explicit RecordFormat(const Options& options);

  // Returns the problems with the options, one per line, each with a code, or "".
  const std::string& problems() const { return problems_; }

  enum class Made { json, raw, nothing, no_log_key };

  // Appends the content to send for the event, without a newline.
  //   json        one JSON object
  //   raw         the value of log_key (text and binary unchanged, others as JSON), or a body that is not a map
  //   nothing     the content is empty; out is unchanged
  //   no_log_key  the event has no such member; out is unchanged
  Made append(TextBuffer& out, const LogEvent& event);

 private:
  void append_members(TextBuffer& out, std::string_view body) const;
  Made append_log(TextBuffer& out, std::string_view body) const;
  bool wanted(std::string_view key) const;
  void add_problem(MessageId id, const std::string& problem);

  std::string time_member_;  // the member up to the time
  std::optional<TimeText> time_;
  std::string log_key_;
  std::vector<std::string> data_keys_;
  std::string problems_;
};

}  // namespace penstock::fluentbit
