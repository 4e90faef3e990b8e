// A fast path for subscription messages that have, byte for byte, the form in which CloudWatch Logs writes them:
//
//   {"messageType":"DATA_MESSAGE","owner":"...","logGroup":"...","logStream":"...","subscriptionFilters":["..."],
//    "logEvents":[{"id":"...","timestamp":1725544035523,"message":"..."},...]}     (without the line break)
//
// Why: decoding messages with RapidJSON took 0.8 of the time that zlib takes to inflate them, mostly because it
// unescapes byte by byte. This path takes about 0.12 (penstock-bench-table). RapidJSON remains the authority: it
// continues at any text in another form, so the result does not depend on which of the two parsed it.
#pragma once

#include <cstddef>

#include "core/logs/decode/subscription_message.h"

namespace penstock::logs {

// Reads the message at base + at into message, as read_subscription_message() does, except that it decodes an
// escape of a lone surrogate to U+FFFD. Returns true if it read the whole message, or a part of it. Returns false
// if read_subscription_message() must continue at `at` with the same message: from the beginning, with nothing
// changed, or from kEventsBegin before the first event in another form. REQUIRES: message is empty; NUL bytes
// follow the text (see TextBuffer).
bool read_fast_message(char* base, size_t& at, SubscriptionMessage& message);

// Continues a message of which a part was read, at the next event at base + at. If it returns false,
// read_subscription_message() must continue at kEventsBegin.
bool read_fast_events(char* base, size_t& at, SubscriptionMessage& message);

}  // namespace penstock::logs
