// The log events of a chunk in the agent's format: [[time, {metadata}], {body}], or the older [time, {body}].
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fluentbit/msgpack/msgpack_reader.h"

namespace penstock::fluentbit {

// Key of the member with the id of the log event. Our input puts it next to the line.
inline constexpr std::string_view kEventIdKey = "event_id";

struct LogEvent {
  int64_t seconds = 0;        // Unix time, within the years 0 to 9999
  int32_t nanoseconds = 0;    // 0 to 999,999,999
  std::string_view metadata;  // a map in msgpack; empty if the event has none
  std::string_view body;      // a value in msgpack, nearly always a map
  std::string_view whole;     // the whole event; all views point into the chunk
};

// A decoder of log events. It reads more than the agent's decoder, which abandons a chunk at the first invalid
// event: here an invalid event does not affect the others.
class LogEvents {
 public:
  // chunk must outlive the events.
  explicit LogEvents(std::string_view chunk) : chunk_(chunk), reader_(chunk) {}

  // Reads the next event. Skips the markers that open and close groups, and values that are not events, which
  // passed_over() counts; both are in the gap between one event's whole and the next's. Returns false at the end,
  // or if the rest of the chunk cannot be decoded; problem() then says where it begins.
  bool next(LogEvent& event);

  // Returns "" or the problem, worded to follow "a chunk is ".
  const std::string& problem() const { return problem_; }
  size_t passed_over() const { return passed_over_; }

 private:
  std::string describe_failure() const;

  std::string_view chunk_;
  MsgpackReader reader_;
  std::string problem_;
  size_t passed_over_ = 0;
};

}  // namespace penstock::fluentbit
