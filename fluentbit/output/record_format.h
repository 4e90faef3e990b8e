// What is sent of a log event: options time_key, time_key_format, log_key and data_keys, which mean what they mean
// to the agent's own output (kinesis_streams) and to the older one (kinesis).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fluentbit/msgpack/log_events.h"
#include "fluentbit/output/time_text.h"

namespace penstock::fluentbit {

// One thread at a time.
class RecordFormat {
 public:
  // Values of the options; "": not given.
  struct Options {
    std::string time_key;
    std::string time_key_format = "%Y-%m-%dT%H:%M:%S";
    std::string log_key;
    std::string data_keys;
  };

  explicit RecordFormat(const Options& options);

  // What is wrong with the options, a line each, or "".
  const std::string& problems() const { return problems_; }

  enum class Made { json, raw, nothing, no_log_key };

  // Appends what is to be sent of the event; a newline is never added.
  //   json        one JSON object
  //   raw         the value of log_key (text and binary as they are, all else as JSON), or a body that is no map
  //   nothing     it is empty, and out as before
  //   no_log_key  it has no such member, and out is as before
  Made append(std::string& out, const LogEvent& event);

 private:
  void append_members(std::string& out, std::string_view body) const;
  Made append_log(std::string& out, std::string_view body) const;
  bool wanted(std::string_view key) const;
  void add_problem(const std::string& problem);

  std::string time_member_;  // as it stands before the time
  std::optional<TimeText> time_;
  std::string log_key_;
  std::vector<std::string> data_keys_;
  std::string problems_;
};

}  // namespace penstock::fluentbit
