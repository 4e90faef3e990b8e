// One subscription message: a JSON document read in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace penstock::logs {

// Characters at most, as CloudWatch Logs itself allows
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html); a region is a
// label of a host name. Each of these is repeated in every record that is made of the message: a longer one would
// multiply.
inline constexpr size_t kMaxLogGroupCharacters = 512;  // and of a log stream
inline constexpr size_t kMaxOwnerCharacters = 12;
inline constexpr size_t kMaxRegionCharacters = 63;

// A message is read in parts of that many events, so that its size alone bounds what reading it takes.
inline constexpr size_t kMaxEventsInPart = 8192;

// What was read of a message. Views point into the text that it was read from.
struct SubscriptionMessage {
  // A log event; sizes and places in bytes. Kept small: a message may have as many as its text allows.
  struct Event {
    int64_t time_ms = 0;
    uint32_t id_at = 0;  // in the text
    uint32_t id_size = 0;
    uint32_t body_at = 0;  // in the text, or in rewritten
    uint32_t body_size = 0;
    uint32_t fields_at = 0;  // in fields
    uint32_t fields_size = 0;
    uint32_t origin = 0;  // index into origins
    bool body_is_rewritten = false;
    bool has_time = false;
  };
  // Where events come from that differs from event to event; empty: as the message says.
  struct Origin {
    std::string_view account;
    std::string_view region;
  };

  std::string_view type;
  std::string_view owner;
  std::string_view log_group;
  std::string_view log_stream;
  bool has_events = false;       // there was a logEvents array
  bool has_more_events = false;  // this part ends behind an event
  std::vector<Event> events;
  std::vector<Origin> origins;
  std::string rewritten;     // the messages that were no strings, as JSON text
  std::string fields;        // extractedFields as they came, one behind the other
  uint64_t bad_events = 0;   // elements of logEvents that are no event with a message
  uint64_t bad_origins = 0;  // events left out because their account or region is too long

  void clear();
  void clear_events();  // for those of the next part
  size_t buffer_bytes() const;
};

// What the parser is given in front of an event, for it to go on with those behind it.
inline constexpr std::string_view kEventsBegin = R"({"logEvents":[)";

// Reads the JSON document that begins at base + at, in place, adds what it says to message and moves at behind it,
// or, with message.has_more_events, behind an event. NUL bytes lie behind the text, as TextBuffer has them. Not ok
// where there is no whole JSON document; message then holds a part of it. keep_fields: fills in fields.
Status read_subscription_message(char* base, size_t& at, bool keep_fields, SubscriptionMessage& message);

// Moves at from behind an event to the next one, or to the bracket that ends the events. Not ok: it is neither.
Status find_next_event(const char* base, size_t& at);

// Puts kEventsBegin in front of at, over events that are needed no more, and moves at there:
// read_subscription_message() then goes on with what follows.
void begin_events_at(char* base, size_t& at);

// Where the message ends of which an event ends before at. What follows that is left as it is, and not checked.
// Appends to members, each with a comma, those that every record repeats. NUL bytes lie behind text.
size_t end_of_message(std::string_view text, size_t at, std::string* members = nullptr);

// Makes escapes of half a surrogate pair into \ufffd: a log line cut in the middle of a character has them, and
// the reader would give up the whole document for one.
void replace_lone_surrogate_escapes(char* data, size_t size);

}  // namespace penstock::logs
