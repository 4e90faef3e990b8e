// Chunks as the agent gives them to an output.
#pragma once

#include <string>
#include <string_view>

#include "fluentbit/msgpack/msgpack_writer.h"

namespace penstock::fluentbit {

// One log event of the time 1700000000.123, whose body is {"log": text}; receipt: in its metadata, if not empty.
inline std::string log_event(std::string_view text, std::string_view receipt = {}) {
  std::string out;
  MsgpackWriter writer(out);
  writer.array(2);
  writer.array(2);
  writer.event_time(1'700'000'000'123);
  writer.map(receipt.empty() ? 0 : 1);
  if (!receipt.empty()) {
    writer.text("penstock");
    writer.binary(receipt);
  }
  writer.map(1);
  writer.text("log");
  writer.text(text);
  return out;
}

// What the output is to get of it.
inline std::string json_of(std::string_view text) { return R"({"log":")" + std::string(text) + R"("})"; }

}  // namespace penstock::fluentbit
