#include "tests/soak/messages.h"

#include <charconv>

#include "tests/e2e/messages.h"
#include "tests/gzip.h"

namespace penstock::soak {

namespace {

constexpr uint64_t kLogStreams =
    2500;                      // each is a partition key of the output, so that they spread over its shards
constexpr int kGzipLevel = 1;  // creating messages should slow their readers little

// "17-3" is event 3 of message 17.
bool read_id(std::string_view id, uint64_t& message, size_t& event) {
  const char* const end = id.data() + id.size();
  const auto [dash, error] = std::from_chars(id.data(), end, message);
  if (error != std::errc() || dash == end || *dash != '-') return false;
  const auto [rest, wrong] = std::from_chars(dash + 1, end, event);
  return wrong == std::errc() && rest == end;
}

}  // namespace

Messages::Message Messages::make() {
  const uint64_t number = made_++;
  const std::string text = e2e::message("/aws/lambda/orders", "stream-" + std::to_string(number % kLogStreams),
                                        e2e::some_events(std::to_string(number) + "-", kEvents));
  return {number, gzip(text, kGzipLevel), text.size()};
}

void Messages::put(const Message& message, int64_t now_ms) {
  open_.emplace(message.number, Open{now_ms, {}});
  events_ += kEvents;
  text_bytes_ += message.text_bytes;
}

void Messages::arrived(std::string_view record) {
  uint64_t number = 0;
  size_t event = 0;
  if (!read_id(e2e::event_id_of(record), number, event) || number >= made_ || event >= kEvents) {
    ++unknown_;
    return;
  }
  const auto found = open_.find(number);
  if (found == open_.end() || found->second.arrived[event]) {
    ++twice_;
    return;
  }
  found->second.arrived.set(event);
  if (found->second.arrived.all()) open_.erase(found);
}

uint64_t Messages::missing_events() const {
  uint64_t missing = 0;
  for (const auto& [number, open] : open_) missing += kEvents - open.arrived.count();
  return missing;
}

}  // namespace penstock::soak
