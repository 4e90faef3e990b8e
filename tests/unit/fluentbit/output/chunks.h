// Chunks as the agent passes them to an output.
#pragma once

#include <string>
#include <string_view>

#include "fluentbit/msgpack/msgpack_writer.h"

namespace penstock::fluentbit {

// A log event with the time 1700000000.123 and the body {"log": text}; a receipt that is not empty is in its
// metadata.
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

// What the output receives for it.
inline std::string json_of(std::string_view text) { return R"({"log":")" + std::string(text) + R"("})"; }

}  // namespace penstock::fluentbit
