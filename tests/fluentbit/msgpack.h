// msgpack for the tests, written independently of the plugins' own: a parsed value, and an encoder that can use
// every encoding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::test_agent {

struct Value {
  enum class Kind { nil, boolean, integer, real, text, binary, array, map, extension };
  Kind kind = Kind::nil;
  int64_t integer = 0;  // of an extension: its type; of an unsigned integer above INT64_MAX: wrapped
  double real = 0;
  std::string bytes;         // of a string, binary, or extension
  std::vector<Value> items;  // of a map: key, value, key, value, ...

  // Returns the value of a string key, or nullptr if it is missing or this is not a map.
  const Value* find(std::string_view key) const;
  // Returns the string value of the key, or "" if not found.
  std::string text(std::string_view key) const;
};

// Removes a value from the front and returns it. Without a complete value, returns nullopt and removes nothing.
std::optional<Value> take_value(std::string_view& bytes);

// A log event of a chunk.
struct Event {
  int64_t seconds = 0;
  int64_t nanoseconds = 0;
  bool with_metadata = false;  // [[time, metadata], body], not [time, body]
  Value metadata;
  Value body;
};
// Returns every event of a chunk. Ends the test program if the chunk has anything else.
std::vector<Event> events_of(std::string_view chunk);

// Encodes msgpack: Pack().array(2).event_time(1, 0).map(1).text("log").text("hello").bytes
struct Pack {
  std::string bytes;

  Pack& nil() { return put('\xc0', 0, 0); }
  Pack& boolean(bool value) { return put(value ? '\xc3' : '\xc2', 0, 0); }
  Pack& integer(int64_t value) { return put('\xd3', static_cast<uint64_t>(value), 8); }
  Pack& text(std::string_view text) { return put('\xdb', text.size(), 4).raw(text); }
  Pack& binary(std::string_view data) { return put('\xc6', data.size(), 4).raw(data); }
  Pack& array(size_t items) { return put('\xdd', items, 4); }
  Pack& map(size_t members) { return put('\xdf', members, 4); }
  Pack& event_time(uint32_t seconds, uint32_t nanoseconds) {
    return raw(std::string_view("\xd7\x00", 2)).number(seconds, 4).number(nanoseconds, 4);
  }
  Pack& raw(std::string_view more) {
    bytes += more;
    return *this;
  }
  // Big-endian.
  Pack& number(uint64_t value, int size);

 private:
  Pack& put(char head, uint64_t value, int size) {
    bytes += head;
    return number(value, size);
  }
};

// [[time, {}], {"log": text, "event_id": id}]
std::string log_event(std::string_view id, std::string_view text);

}  // namespace penstock::test_agent
