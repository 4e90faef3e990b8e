// The messages that were put into the input stream, and which of their events have arrived.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace penstock::soak {

class Messages {
 public:
  static constexpr size_t kEvents = 200;  // in each

  // A new message in the form in which it is put, gzip data. Its number is put() when it is taken.
  struct Message {
    uint64_t number;
    std::string data;
    size_t text_bytes;
  };
  Message make();

  void put(const Message& message, int64_t now_ms);
  // Counts a record of the output stream.
  void arrived(std::string_view record);

  size_t open() const { return open_.size(); }  // messages with missing events
  uint64_t missing_events() const;
  // Returns the age of the oldest message with missing events.
  int64_t lag_ms(int64_t now_ms) const { return open_.empty() ? 0 : now_ms - open_.begin()->second.put_ms; }

  uint64_t events() const { return events_; }  // that were put
  uint64_t text_bytes() const { return text_bytes_; }
  uint64_t twice() const { return twice_; }      // records of events that had already arrived
  uint64_t unknown() const { return unknown_; }  // records that belong to no event that was put

 private:
  struct Open {
    int64_t put_ms;
    std::bitset<kEvents> arrived;
  };
  std::map<uint64_t, Open> open_;  // by number
  uint64_t made_ = 0;
  uint64_t events_ = 0, text_bytes_ = 0, twice_ = 0, unknown_ = 0;
};

}  // namespace penstock::soak
