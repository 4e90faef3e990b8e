#include "base/time.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

std::string rfc3339(int64_t unix_ms) {
  std::string out = "at ";
  append_rfc3339(out, unix_ms);
  return out;
}

TEST(time_text, rfc3339_is_appended_with_milliseconds) {
  EXPECT_EQ(rfc3339(0), "at 1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(1566741555269), "at 2019-08-25T13:59:15.269Z");
  EXPECT_EQ(rfc3339(951868799999), "at 2000-02-29T23:59:59.999Z");
  EXPECT_EQ(rfc3339(-1), "at 1969-12-31T23:59:59.999Z");
}

TEST(time_text, rfc3339_is_also_returned) { EXPECT_EQ(format_rfc3339(951868799999), "2000-02-29T23:59:59.999Z"); }

TEST(time_text, rfc3339_stays_within_the_years_of_four_digits) {
  EXPECT_EQ(rfc3339(253402300799999), "at 9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(253402300800000), "at 9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(INT64_MAX), "at 9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(-62167219200000), "at 0000-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(INT64_MIN), "at 0000-01-01T00:00:00.000Z");
}

TEST(time_text, rfc3339_is_read_with_fractions_and_offsets) {
  EXPECT_EQ(parse_rfc3339("2019-08-25T13:59:15Z"), 1566741555000);
  EXPECT_EQ(parse_rfc3339("2019-08-25T13:59:15.269Z"), 1566741555269);
  EXPECT_EQ(parse_rfc3339("2019-08-25T13:59:15.2Z"), 1566741555200);
  EXPECT_EQ(parse_rfc3339("2019-08-25T13:59:15.2699999999999999999Z"), 1566741555269);
  EXPECT_EQ(parse_rfc3339("2019-08-25T15:59:15+02:00"), 1566741555000);
  EXPECT_EQ(parse_rfc3339("2019-08-25T08:29:15.269-05:30"), 1566741555269);
  EXPECT_EQ(parse_rfc3339("2019-08-25T13:59:15+00:00"), 1566741555000);
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
}

TEST(time_text, other_forms_of_rfc3339_are_rejected) {
  for (const char* bad :
       {"", "2019-08-25T13:59:15", "2019-08-25", "2019-08-25 13:59:15Z", "2019-08-25T13:59:15z",
        "2019-02-29T13:59:15Z", "2019-13-25T13:59:15Z", "2019-00-25T13:59:15Z", "2019-08-25T24:59:15Z",
        "2019-08-25T13:60:15Z", "2019-08-25T13:59:61Z", "2019-08-25T13:59:15.Z", "2019-08-25T13:59:15.269",
        "2019-08-25T13:59:15+2:00", "2019-08-25T13:59:15+24:00", "2019-08-25T13:59:15+0200",
        "2019-08-25T13:59:15ZZ", "+019-08-25T13:59:15Z"})
    EXPECT_EQ(parse_rfc3339(bad), std::nullopt) << bad;
}

TEST(time_text, http_date_is_read) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777000);
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(parse_http_date("Tue, 29 Feb 2000 23:59:59 GMT"), 951868799000);
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800000);  // a leap second
}

TEST(time_text, other_http_dates_are_rejected) {
  for (const char* bad :
       {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Wed, 29 Feb 2023 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT "})
    EXPECT_EQ(parse_http_date(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace penstock
