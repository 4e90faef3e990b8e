// A fast path for subscription messages in the one form in which CloudWatch Logs writes them, to the byte:
//
//   {"messageType":"DATA_MESSAGE","owner":"...","logGroup":"...","logStream":"...","subscriptionFilters":["..."],
//    "logEvents":[{"id":"...","timestamp":1725544035523,"message":"..."},...]}     (without the line break)
//
// Why: taking messages apart by RapidJSON took 0.8 of the time that zlib takes to inflate them, much of it for the
// escapes, which it undoes byte by byte; by this path it takes 0.21 (penstock-bench-table). RapidJSON has the say
// all the same: where anything is not as above, it reads on from there, and what is given out does not depend on
// who has read it.
#pragma once

#include <cstddef>

#include "core/logs/decode/subscription_message.h"

namespace penstock::logs {

// Reads the message that begins at base + at into message, which is empty, as read_subscription_message() would,
// but makes escapes of half a surrogate pair into U+FFFD. True: all of it, or a part, was read. False: at is where
// read_subscription_message() has to go on, with the same message: at the beginning, where nothing was changed; or
// at kEventsBegin in front of the first event that is not as it should be. NUL bytes lie behind the text, as
// TextBuffer has them.
bool read_fast_message(char* base, size_t& at, SubscriptionMessage& message);

// The same for a message of which a part was read, from the next event at base + at on: there
// read_subscription_message() has to go on at kEventsBegin in either case.
bool read_fast_events(char* base, size_t& at, SubscriptionMessage& message);

}  // namespace penstock::logs
