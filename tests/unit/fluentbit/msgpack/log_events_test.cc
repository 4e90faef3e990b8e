#include "fluentbit/msgpack/log_events.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::fluentbit {
namespace {

using namespace std::string_literals;

const std::string kTime = "\xd7\x00\x00\x00\x00\x05\x00\x00\x00\x07"s;
const std::string kMetadata = "\x81\xa1m\x02";
const std::string kBody = "\x81\xa1k\x01";

// metadata "": the older form.
std::string event(std::string_view time, std::string_view metadata, std::string_view body) {
  std::string out = "\x92";
  if (!metadata.empty()) out += '\x92';
  return out.append(time).append(metadata).append(body);
}

// Returns "seconds.nanoseconds" of an event with that time.
std::string time_of(const std::string& time) {
  const std::string chunk = event(time, "", kBody);
  LogEvents events(chunk);
  LogEvent one;
  if (!events.next(one)) return events.passed_over() == 1 ? "no event" : "nothing";
  return std::to_string(one.seconds) + "." + std::to_string(one.nanoseconds);
}

TEST(fluentbit_log_events, log_events_are_read_in_the_new_and_the_old_form) {
  const std::string chunk = event(kTime, kMetadata, kBody) + event(kTime, "", kBody);
  LogEvents events(chunk);
  LogEvent one;
  ASSERT_TRUE(events.next(one));
  EXPECT_EQ(one.seconds, 5);
  EXPECT_EQ(one.nanoseconds, 7);
  EXPECT_EQ(one.metadata, kMetadata);
  EXPECT_EQ(one.body, kBody);
  EXPECT_EQ(one.whole, event(kTime, kMetadata, kBody));
  EXPECT_EQ(one.whole.data(), chunk.data());
  ASSERT_TRUE(events.next(one));
  EXPECT_EQ(one.seconds, 5);
  EXPECT_EQ(one.metadata, "");
  EXPECT_EQ(one.body, kBody);
  EXPECT_EQ(one.whole, event(kTime, "", kBody));
  EXPECT_FALSE(events.next(one));
  EXPECT_EQ(events.problem(), "");
  EXPECT_EQ(events.passed_over(), 0u);
}

TEST(fluentbit_log_events, an_empty_chunk_has_no_events_and_no_problem) {
  LogEvents events("");
  LogEvent one;
  EXPECT_FALSE(events.next(one));
  EXPECT_EQ(events.problem(), "");
}

TEST(fluentbit_log_events, an_event_time_may_have_either_form_of_ext) {
  EXPECT_EQ(time_of(kTime), "5.7");
  EXPECT_EQ(time_of("\xc7\x08\x00\x00\x00\x00\x05\x00\x00\x00\x07"s), "5.7");
  EXPECT_EQ(time_of("\xc8\x00\x08\x00\x00\x00\x00\x05\x00\x00\x00\x07"s), "5.7");
  EXPECT_EQ(time_of("\xd7\x01\x00\x00\x00\x05\x00\x00\x00\x07"s), "no event") << "ext of another type";
  EXPECT_EQ(time_of("\xd6\x00\x00\x00\x00\x05"s), "no event") << "four bytes";
}

TEST(fluentbit_log_events, the_usual_encoding_of_an_event_is_read_as_any_other) {
  for (const std::string& time : {"\x00\x00\x00\x05\x00\x00\x00\x07"s, "\xff\xff\xff\xfd\x00\x00\x00\x00"s,
                                  "\xff\xff\xff\xfe\x00\x00\x00\x00"s, "\xff\xff\xff\xff\x00\x00\x00\x00"s,
                                  "\xff\xff\xff\xff\x00\x00\x00\x01"s, "\x00\x00\x00\x00\xff\xff\xff\xff"s})
    for (const std::string& metadata :
         {"\x80"s, "\xdf\x00\x00\x00\x00"s, "\xdf\x00\x00\x00\x01\xa1m\x02"s, "\xc0"s}) {
      // The same time in a longer form, which takes the general path.
      const std::string usual =
          event("\xd7\x00"s + time, metadata, "\xdf\x00\x00\x00\x01\xa1k\xdb\x00\x00\x00\x01x"s);
      const std::string other = event("\xc7\x08\x00"s + time, metadata, "\xde\x00\x01\xa1k\xd9\x01x"s);
      LogEvents one(usual);
      LogEvents two(other);
      LogEvent from_usual;
      LogEvent from_other;
      ASSERT_EQ(one.next(from_usual), two.next(from_other));
      EXPECT_EQ(one.passed_over(), two.passed_over());
      if (from_other.body.empty()) continue;  // a marker of a group
      EXPECT_EQ(from_usual.seconds, from_other.seconds);
      EXPECT_EQ(from_usual.nanoseconds, from_other.nanoseconds);
      EXPECT_EQ(from_usual.metadata, from_other.metadata);
      EXPECT_EQ(from_usual.whole, usual);
      for (size_t size = 0; size < usual.size(); ++size) {
        const std::string truncated = usual.substr(0, size);
        LogEvents events(truncated);
        LogEvent none;
        EXPECT_FALSE(events.next(none)) << size;
      }
    }
}

TEST(fluentbit_log_events, an_event_time_is_unsigned) {
  EXPECT_EQ(time_of("\xd7\x00\x7f\xff\xff\xff\x00\x00\x00\x00"s), "2147483647.0");
  EXPECT_EQ(time_of("\xd7\x00\x80\x00\x00\x00\x00\x00\x00\x00"s), "2147483648.0");
  EXPECT_EQ(time_of("\xd7\x00\xff\xff\xff\xfd\x00\x00\x00\x00"s), "4294967293.0");
}

TEST(fluentbit_log_events, nanoseconds_are_less_than_a_second) {
  EXPECT_EQ(time_of("\xd7\x00\x00\x00\x00\x05\x3b\x9a\xc9\xff"s), "5.999999999");
  EXPECT_EQ(time_of("\xd7\x00\x00\x00\x00\x05\x3b\x9a\xca\x00"s), "5.999999999");
  EXPECT_EQ(time_of("\xd7\x00\x00\x00\x00\x05\xff\xff\xff\xff"s), "5.999999999");
}

TEST(fluentbit_log_events, an_event_time_may_be_any_integer) {
  EXPECT_EQ(time_of("\x05"), "5.0");
  EXPECT_EQ(time_of("\xce\x5d\x62\x94\x33"s), "1566741555.0");
  EXPECT_EQ(time_of("\xd0\xf0"s), "-16.0");
  EXPECT_EQ(time_of("\xff"s), "-1.0");
}

TEST(fluentbit_log_events, an_event_time_may_be_a_fraction) {
  EXPECT_EQ(time_of("\xcb\x41\xd7\x58\xa5\x0c\xe0\x00\x00\x00"s), "1566741555.500000000");
  EXPECT_EQ(time_of("\xca\x3f\xc0\x00\x00"s), "1.500000000");
  EXPECT_EQ(time_of("\xca\xbf\x00\x00\x00"s), "-1.500000000") << "half a second before 1970";
}

TEST(fluentbit_log_events, an_event_time_beyond_the_calendar_is_clamped) {
  EXPECT_EQ(time_of("\xcf\x00\x00\x00\x3a\xff\xf4\x41\x7f"s), "253402300799.0");
  EXPECT_EQ(time_of("\xcf\x00\x00\x00\x3a\xff\xf4\x41\x80"s), "253402300799.999999999");
  EXPECT_EQ(time_of("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s), "253402300799.999999999");
  EXPECT_EQ(time_of("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s), "-62167219200.0");
  EXPECT_EQ(time_of("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"s), "253402300799.999999999") << "infinity";
  EXPECT_EQ(time_of("\xcb\xff\xf0\x00\x00\x00\x00\x00\x00"s), "-62167219200.0") << "minus infinity";
  EXPECT_EQ(time_of("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"s), "0.0") << "not a number";
}

TEST(fluentbit_log_events, an_event_without_a_numeric_time_is_skipped) {
  EXPECT_EQ(time_of("\xa1x"), "no event");
  EXPECT_EQ(time_of("\xc0"), "no event");
  EXPECT_EQ(time_of("\x80"), "no event");
}

TEST(fluentbit_log_events, group_markers_are_skipped_but_not_the_events_in_the_group) {
  const std::string start = event("\xd7\x00\xff\xff\xff\xff\x00\x00\x00\x00"s, kMetadata, kBody);
  const std::string end = event("\xd7\x00\xff\xff\xff\xfe\x00\x00\x00\x00"s, kMetadata, "\x80");
  const std::string one_in_it = event(kTime, "\x80", kBody);
  const std::string chunk = start + one_in_it + end + start + end;
  LogEvents events(chunk);
  LogEvent one;
  ASSERT_TRUE(events.next(one));
  EXPECT_EQ(one.whole, one_in_it);
  EXPECT_EQ(one.whole.data(), chunk.data() + start.size()) << "the markers are the bytes between events";
  EXPECT_FALSE(events.next(one));
  EXPECT_EQ(events.passed_over(), 0u);
  EXPECT_EQ(events.problem(), "");
}

TEST(fluentbit_log_events, a_time_with_nanoseconds_is_not_a_group_marker) {
  EXPECT_EQ(time_of("\xd7\x00\xff\xff\xff\xff\x00\x00\x00\x01"s), "4294967295.1");
  EXPECT_EQ(time_of("\xd7\x00\xff\xff\xff\xfe\x00\x00\x00\x01"s), "4294967294.1");
}

TEST(fluentbit_log_events, an_invalid_event_does_not_affect_others) {
  const std::string good = event(kTime, "", kBody);
  for (const std::string& other :
       {"\x01"s, "\xa1x"s, "\x90"s, "\x91\x01"s, "\x93\x01\x02\x03"s, "\x80"s, "\x92\xa1x\x80"s, "\x92\x90\x80"s,
        "\x92\x91\x01\x80"s, "\x92\x93\x01\x80\x80\x80"s, "\x92\x92\xa1x\x80\x80"s}) {
    const std::string chunk = std::string(good).append(other).append(good);
    LogEvents events(chunk);
    LogEvent one;
    EXPECT_TRUE(events.next(one));
    EXPECT_TRUE(events.next(one));
    EXPECT_EQ(one.whole.data(), chunk.data() + good.size() + other.size());
    EXPECT_FALSE(events.next(one));
    EXPECT_EQ(events.passed_over(), 1u);
    EXPECT_EQ(events.problem(), "");
  }
}

TEST(fluentbit_log_events, a_body_that_is_not_a_map_or_missing_metadata_does_not_drop_an_event) {
  const std::string chunk = event(kTime, "\xc0", "\xa1x");
  LogEvents events(chunk);
  LogEvent one;
  ASSERT_TRUE(events.next(one));
  EXPECT_EQ(one.metadata, "");
  EXPECT_EQ(one.body, "\xa1x");
}

TEST(fluentbit_log_events, a_truncated_tail_is_reported_with_its_position_after_all_events) {
  const std::string good = event(kTime, kMetadata, kBody);
  for (size_t size = 1; size < good.size(); ++size) {
    const std::string whole = good + good.substr(0, size);
    const std::vector<char> chunk(whole.begin(), whole.end());
    LogEvents events({chunk.data(), chunk.size()});
    LogEvent one;
    EXPECT_TRUE(events.next(one));
    EXPECT_FALSE(events.next(one));
    EXPECT_EQ(events.problem(),
              "truncated value at byte " + std::to_string(good.size()) + " of " + std::to_string(whole.size()));
    EXPECT_FALSE(events.next(one)) << "and stays so";
  }
}

TEST(fluentbit_log_events, invalid_msgpack_is_reported_with_its_position_after_all_events) {
  const std::string good = event(kTime, kMetadata, kBody);
  const std::string chunk = good + "\x92\x01\x81\xc1" + good;
  LogEvents events(chunk);
  LogEvent one;
  EXPECT_TRUE(events.next(one));
  EXPECT_FALSE(events.next(one));
  EXPECT_EQ(events.problem(), "invalid msgpack at byte 23 of 44");
}

TEST(fluentbit_log_events, events_from_any_bytes_are_in_order_and_inside_the_bytes) {
  const std::string two = event(kTime, kMetadata, kBody) + event("\x05", "", kBody);
  const std::string good = two + two + two;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 400; ++round) {
      std::string whole = good;
      for (size_t i = random() % 4; i > 0; --i) whole[random() % whole.size()] = static_cast<char>(random());
      whole.resize(whole.size() - random() % 8);
      const std::vector<char> chunk(whole.begin(), whole.end());
      LogEvents events({chunk.data(), chunk.size()});
      const char* at = chunk.data();
      for (LogEvent one; events.next(one);) {
        ASSERT_GE(one.whole.data(), at);
        at = one.whole.data() + one.whole.size();
        ASSERT_LE(at, chunk.data() + chunk.size());
        ASSERT_TRUE(one.body.data() > one.whole.data() && one.body.data() + one.body.size() == at);
        ASSERT_TRUE(one.nanoseconds >= 0 && one.nanoseconds < 1'000'000'000);
      }
    }
  }
}

}  // namespace
}  // namespace penstock::fluentbit
