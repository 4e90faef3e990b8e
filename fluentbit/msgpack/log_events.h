// The log events of a chunk as Fluent Bit hands it over: [[time, {metadata}], {body}], or the older [time,
// {body}].
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fluentbit/msgpack/msgpack_reader.h"

namespace penstock::fluentbit {

// Member next to the line, where our input puts it, that has the id of the log event.
inline constexpr std::string_view kEventIdKey = "event_id";

struct LogEvent {
  int64_t seconds = 0;        // Unix time, within the years 0 to 9999
  int32_t nanoseconds = 0;    // 0 to 999,999,999
  std::string_view metadata;  // a map in msgpack; empty: there is none
  std::string_view body;      // a value in msgpack, hardly ever anything but a map
  std::string_view whole;     // all of the event; everything points into the chunk
};

// Reads more than the agent's decoder, which gives up a chunk at the first event that it does not like: here such
// a one costs no other.
class LogEvents {
 public:
  // chunk outlives the events.
  explicit LogEvents(std::string_view chunk) : chunk_(chunk), reader_(chunk) {}

  // The next event, without the markers that open and close groups. Values that are no event are passed over, and
  // counted; they and the markers are what lies between one event's whole and the next's. false: there is no
  // further one, or problem() says from where on the chunk is no longer understood.
  bool next(LogEvent& event);

  // "", or what is wrong, as in: a chunk is ...
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
