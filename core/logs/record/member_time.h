// The time in a member of a JSON object, in the forms in which loggers write it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock::logs {

struct MemberTime {
  // utc_text: 2019-08-25T13:59:15.269Z, with any number of decimals. offset_text: any other time of RFC 3339 that
  // has an offset.
  enum class Form : uint8_t { none, utc_text, offset_text, unix_ms };

  Form form = Form::none;
  std::string_view text;  // of the two text forms, as written
  int64_t unix_ms = 0;
};

// Reads a date and time of ISO 8601. Between them is T, t, or a blank. Decimals may follow a point or a comma. The
// zone is Z, z, UTC, GMT, an offset (+02, +0200 or +02:00), or nothing, which means UTC. Returns Form::none for
// any other text, and for a date or time that does not exist. The result is a view of text.
MemberTime read_time_text(std::string_view text);

// Reads a JSON number. Below 1e11 it is in seconds since 1970, otherwise in milliseconds. Returns Form::none for a
// time before 3 March 1973, the date that 1e11 ms and 1e8 s have in common, because such a number is a duration or
// a count; and for a time after the year 9999, because such a number is in microseconds or nanoseconds.
MemberTime read_time_number(std::string_view number);

// Appends the time as RFC 3339: in UTC with milliseconds, except for offset_text, which is appended as it is.
// REQUIRES: form is not none.
void append_member_time(TextBuffer& out, const MemberTime& time);

}  // namespace penstock::logs
