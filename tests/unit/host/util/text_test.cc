// Text for people: escaping, durations, the word that was meant, the progress line.
#include "base/text.h"

#include <gtest/gtest.h>

#include "base/nearest.h"
#include "host/pipeline/progress.h"
#include "host/util/wrap.h"

namespace penstock::host {
namespace {

TEST(text, what_could_move_a_terminal_is_escaped) {
  EXPECT_EQ(printable("a\x1b[31m\x07\n\r\x7f"), "a\\x1b[31m\\x07\\n\\x0d\\x7f");
  EXPECT_EQ(printable("\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8"), "\\x9b\\u{202e}\\u{2066}\\u{2028}");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x90\x9f"), "gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x90\x9f");
}

TEST(text, surrogates_overlong_and_too_large_code_points_are_not_utf8) {
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(text, long_text_is_cut) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
}

TEST(text, a_json_string_is_valid_whatever_goes_in) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01\xff\xc3\xbc");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001\xef\xbf\xbd\xc3\xbc\"");
}

TEST(text, json_for_a_terminal_means_the_same_and_moves_nothing) {
  std::string out;
  append_json_for_terminal(out, "{\"a\":\"\xc2\x9b\xe2\x80\xae\"}");
  EXPECT_EQ(out, "{\"a\":\"\\u009b\\u202e\"}");
}

TEST(text, durations_are_seconds_or_have_a_unit) {
  EXPECT_EQ(parse_duration_ms("5"), 5000);
  EXPECT_EQ(parse_duration_ms("0"), 0);
  EXPECT_EQ(parse_duration_ms("2.5"), 2500);
  EXPECT_EQ(parse_duration_ms("250ms"), 250);
  EXPECT_EQ(parse_duration_ms("5S"), 5000);
  EXPECT_EQ(parse_duration_ms("2m"), 120'000);
  EXPECT_EQ(parse_duration_ms("1h"), 3'600'000);
  EXPECT_EQ(parse_duration_ms("366h"), 366 * 3'600'000LL);
  EXPECT_TRUE(parse_duration_ms("87600h"));
  for (const char* bad : {"", "s", "-1", "5 s", "5x", "nan", "inf", "87601h", "1e9"}) {
    EXPECT_FALSE(parse_duration_ms(bad)) << bad;
  }
}

TEST(text, bytes_are_told_in_units_of_a_thousand) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(1234567), "1.2 MB");
}

TEST(nearest, the_word_that_was_meant_is_found) {
  const std::vector<std::string> words = {"stream", "region", "checkpoint", "on_failure"};
  EXPECT_EQ(nearest("steram", words), "stream");
  EXPECT_EQ(nearest("REGIN", words), "region");
  EXPECT_EQ(nearest("chekpoints", words), "checkpoint");
  EXPECT_EQ(nearest("onfailure", words), "on_failure");
}

TEST(nearest, what_is_far_from_all_is_not_guessed) {
  EXPECT_EQ(nearest("colour", {"stream", "region"}), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(nearest(std::string(101, 'a'), {std::string(100, 'a')}), "");
  EXPECT_EQ(nearest(std::string(100, 'a'), {std::string(101, 'a')}), std::string(101, 'a'));
}

TEST(wrap, a_line_has_80_columns_and_not_one_more) {
  const std::string word(35, 'a');
  EXPECT_EQ(wrapped(word + " " + word + " " + std::string(6, 'b'), 2),
            "  " + word + " " + word + " " + std::string(6, 'b') + "\n");
  EXPECT_EQ(wrapped(word + " " + word + " " + std::string(7, 'b'), 2),
            "  " + word + " " + word + "\n  " + std::string(7, 'b') + "\n");
}

TEST(wrap, what_is_wider_has_a_line_of_its_own_and_parts_stay_whole) {
  const std::string wide(90, 'a');
  EXPECT_EQ(wrapped("b " + wide + " c", 1), " b\n " + wide + "\n c\n");
  EXPECT_EQ(wrapped({std::string(70, 'a'), "two words"}, 1), " " + std::string(70, 'a') + "\n two words\n");
  EXPECT_EQ(wrapped("", 3), "\n");
}

TEST(progress, a_line_tells_totals_rates_since_the_last_lag_and_trouble) {
  Totals before;
  before.events = 1000;
  before.records_out = 900;
  Totals now;
  now.source_records = 120;
  now.events = 46000;
  now.bytes_in = 10'200'000;
  now.lag_ms = 3200;
  now.oldest_unacked_ms = 4500;
  now.records_out = 45900;
  now.bytes_out = 9'100'000;
  now.in_flight_bytes = 50'000;
  now.retries = 4;
  now.failures = 1;
  EXPECT_EQ(progress_text(now, before, 10'000, 2),
            "in 120 records, 46000 events (4500/s), 10.2 MB; out 45900 records (4500/s), 9.1 MB; lag 3200 ms; "
            "oldest unacknowledged 4500 ms; in flight 2 batches, 50.0 kB; retries 4, failures 1");
}

TEST(progress, lag_that_nobody_tells_is_left_out) {
  EXPECT_EQ(progress_text({}, {}, 0, 0),
            "in 0 records, 0 events, 0 B; out 0 records, 0 B; in flight 0 batches, 0 B; retries 0, failures 0");
}

}  // namespace
}  // namespace penstock::host
