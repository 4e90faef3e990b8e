// The log events of a chunk as Fluent Bit hands it over: [[time, {metadata}], {body}], or the older [time,
// {body}].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/fluentbit/msgpack_reader.h"

namespace penstock::fluentbit {

struct LogEvent {
  int64_t seconds = 0;        // Unix time
  int32_t nanoseconds = 0;    // 0 to 999,999,999
  std::string_view metadata;  // a map in msgpack; empty: there is none
  std::string_view body;      // a value in msgpack, hardly ever anything but a map
  std::string_view whole;     // all of the event; everything points into the chunk
};

class LogEvents {
 public:
  explicit LogEvents(std::string_view chunk) : begin_(chunk.data()), reader_(chunk) {}

  // The next event, without the markers that open and close groups. false: there is none, or problem() says where
  // the chunk is no longer understood; values that are msgpack but no event are passed over, and counted.
  bool next(LogEvent& event);

  const std::string& problem() const { return problem_; }
  size_t passed_over() const { return passed_over_; }

 private:
  const char* begin_;
  MsgpackReader reader_;
  std::string problem_;
  size_t passed_over_ = 0;
};

}  // namespace penstock::fluentbit
