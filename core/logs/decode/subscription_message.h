// A subscription message: a JSON document that is read in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace penstock::logs {

// Limits in characters, as in CloudWatch Logs itself
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html). A region is a
// label of a host name. Every record made from the message repeats these names, so a longer one would multiply.
inline constexpr size_t kMaxLogGroupCharacters = 512;  // also of a log stream
inline constexpr size_t kMaxOwnerCharacters = 12;
inline constexpr size_t kMaxRegionCharacters = 63;

// Events per part. A message is read in parts, so that the memory for its events is bounded.
inline constexpr size_t kMaxEventsInPart = 8192;

// The contents of a message. Views point into the text that was read.
struct SubscriptionMessage {
  // A log event; sizes and offsets in bytes. Kept small: a message may have as many events as its text allows.
  struct Event {
    int64_t time_ms = 0;
    uint32_t id_at = 0;  // offset in the text
    uint32_t id_size = 0;
    uint32_t body_at = 0;  // offset in the text, or in rewritten
    uint32_t body_size = 0;
    uint32_t fields_at = 0;  // offset in fields
    uint32_t fields_size = 0;
    uint32_t origin = 0;  // index into origins
    bool body_is_rewritten = false;
    bool has_time = false;
  };
  // The origin of an event, if it differs from that of the message; empty: as in the message.
  struct Origin {
    std::string_view account;
    std::string_view region;
    std::string_view log_group;
    bool operator==(const Origin&) const = default;
  };

  std::string_view type;
  std::string_view owner;
  std::string_view log_group;
  std::string_view log_stream;
  bool has_events = false;       // a logEvents array was found
  bool has_more_events = false;  // this part ends after an event
  std::vector<Event> events;
  std::vector<Origin> origins;
  std::string rewritten;     // the messages that were not strings, as JSON text
  std::string fields;        // extractedFields, unchanged and concatenated
  uint64_t bad_events = 0;   // elements of logEvents that are not events with a message
  uint64_t bad_origins = 0;  // events skipped because a name of their origin is too long

  void clear();
  void clear_events();  // before the next part
  size_t buffer_bytes() const;
};

// What begin_events_at() writes before an event, so that the parser can continue with it.
inline constexpr std::string_view kEventsBegin = R"({"logEvents":[)";

// Reads the JSON document at base + at in place, adds its contents to message, and moves `at` past it or, if
// message.has_more_events, past the last event of this part. Not ok if the document is incomplete or invalid;
// message then holds a part of it. keep_fields: fills in fields. REQUIRES: NUL bytes follow the text (see
// TextBuffer).
Status read_subscription_message(char* base, size_t& at, bool keep_fields, SubscriptionMessage& message);

// Moves `at` from the end of an event to the next event, or to the bracket that ends the events. Not ok at
// anything else.
Status find_next_event(const char* base, size_t& at);

// Writes kEventsBegin before `at`, over events that are no longer needed, and moves `at` there, so that
// read_subscription_message() continues with the next event.
void begin_events_at(char* base, size_t& at);

// Returns the end of the message in which an event ends before `at`, without checking or changing what follows.
// Appends the members that every record repeats to members, each followed by a comma. REQUIRES: NUL bytes follow
// text.
size_t end_of_message(std::string_view text, size_t at, std::string* members = nullptr);

// Replaces escapes of lone surrogates with \ufffd. A log line that was cut in the middle of a character has them,
// and the reader would reject the whole document because of one.
void replace_lone_surrogate_escapes(char* data, size_t size);

}  // namespace penstock::logs
