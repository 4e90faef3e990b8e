// Compares the fast path for subscription messages with the JSON parser alone, for tests and fuzzers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/text_buffer.h"
#include "core/logs/decode/fast_message.h"
#include "core/logs/decode/subscription_message.h"

namespace penstock {

struct MessageReading {
  bool fast_path_took_all = false;
  std::string said;  // everything that was read, or the error
};

inline MessageReading read_message_for_test(std::string_view json, bool by_fast_path) {
  TextBuffer text;
  text.assign(json);
  text.end_with_nul();
  size_t at = 0;
  logs::SubscriptionMessage message;
  MessageReading reading;
  if (by_fast_path) reading.fast_path_took_all = logs::read_fast_message(text.data(), at, message);
  if (!reading.fast_path_took_all) {
    logs::replace_lone_surrogate_escapes(text.data() + at, text.size() - at);
    const Status status = logs::read_subscription_message(text.data(), at, false, message);
    if (!status.ok()) {
      reading.said = status.message();
      return reading;
    }
  }
  const auto add = [&](std::string_view part) {
    reading.said += std::to_string(part.size()) + ':';
    reading.said += part;
    reading.said += ' ';
  };
  add(std::to_string(at));
  for (const std::string_view part : {message.type, message.owner, message.log_group, message.log_stream})
    add(part);
  add(std::to_string(message.bad_events) + (message.has_events ? " events" : ""));
  for (const logs::SubscriptionMessage::Event& event : message.events) {
    add(event.has_time ? std::to_string(event.time_ms) : "no time");
    add({text.data() + event.id_at, event.id_size});
    add({(event.body_is_rewritten ? message.rewritten.data() : text.data()) + event.body_at, event.body_size});
    add(message.origins[event.origin].account);
    add(message.origins[event.origin].region);
  }
  return reading;
}

// Returns what the fast path emitted and what the parser alone emitted if they differ, or "".
inline std::string fast_path_difference(std::string_view json) {
  const std::string fast = read_message_for_test(json, true).said;
  const std::string parser = read_message_for_test(json, false).said;
  return fast == parser ? "" : "the fast path: " + fast + "\nthe parser: " + parser;
}

}  // namespace penstock
