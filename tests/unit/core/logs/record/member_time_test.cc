// The time of a record that comes from a member of an object.
#include "core/logs/record/member_time.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

std::string to_string(const MemberTime& time) {
  TextBuffer out;
  append_member_time(out, time);
  return std::string(out.view());
}
std::string text(std::string_view value) { return to_string(read_time_text(value)); }
std::string number(std::string_view value) { return to_string(read_time_number(value)); }

TEST(member_time, texts_in_iso_8601_become_rfc_3339_in_utc_with_milliseconds) {
  for (const auto& [written, expected] : std::vector<std::pair<std::string, std::string>>{
           {"2025-05-05T04:01:36Z", "2025-05-05T04:01:36.000Z"},
           {"2025-05-05T04:01:36.1Z", "2025-05-05T04:01:36.100Z"},
           {"2025-05-05T04:01:36.123999999Z", "2025-05-05T04:01:36.123Z"},
           {"2025-05-05t04:01:36.5z", "2025-05-05T04:01:36.500Z"},
           {"2025-05-05t04:01:36+23:59", "2025-05-04T04:02:36.000Z"},
           {"2025-05-05 04:01:36,154+0000", "2025-05-05T04:01:36.154Z"},
           {"2025-05-05 04:01:36,154+0530", "2025-05-04T22:31:36.154Z"},
           {"2025-05-05 04:01:36.154-07", "2025-05-05T11:01:36.154Z"},
           {"2025-05-05 04:01:36.154 +02:00", "2025-05-05T02:01:36.154Z"},
           {"2025-05-05T04:01:36.154+0200", "2025-05-05T02:01:36.154Z"},
           {"2025-05-05T04:01:36,154Z", "2025-05-05T04:01:36.154Z"},
           {"2025-05-05T04:01:36", "2025-05-05T04:01:36.000Z"},
           {"2025-05-05 04:01:36", "2025-05-05T04:01:36.000Z"},
           {"2025-05-05 04:01:36.25", "2025-05-05T04:01:36.250Z"},
           {"2025-05-05 04:01:36 UTC", "2025-05-05T04:01:36.000Z"},
           {"2025-05-05 04:01:36 GMT", "2025-05-05T04:01:36.000Z"},
           {"2024-02-29 00:00:00,000", "2024-02-29T00:00:00.000Z"},
           {"2024-12-31T23:59:59-0100", "2025-01-01T00:59:59.000Z"},
           {"9999-12-31 23:59:59-00:00", "9999-12-31T23:59:59.000Z"},
       })
    EXPECT_EQ(text(written), expected) << written;
}

TEST(member_time, a_time_in_rfc_3339_with_an_offset_stays_as_it_is) {
  for (const std::string written : {"2025-05-05T04:01:36+02:00", "2025-05-05T04:01:36.123456789-07:00",
                                    "2025-05-05T04:01:36+23:59", "2025-05-05T04:01:36-00:00"})
    EXPECT_EQ(text(written), written);
}

TEST(member_time, other_texts_and_dates_that_do_not_exist_are_not_times) {
  for (const std::string written : {"",
                                    "now",
                                    "1757888742",
                                    "2025-05-05",
                                    "2025-05-05T04:01",
                                    "2025-05-05T04:01Z",
                                    "2025-02-29T04:01:36Z",
                                    "2025-13-01T04:01:36Z",
                                    "2025-05-05T24:00:00Z",
                                    "2025-05-05 04:60:36",
                                    "2025-05-05 04:01:60",
                                    "2025-05-05T04:01:36.Z",
                                    "2025-05-05 04:01:36,",
                                    "2025-05-05 04:01:36,154+",
                                    "2025-05-05 04:01:36,154+2",
                                    "2025-05-05 04:01:36,154+020",
                                    "2025-05-05 04:01:36,154+2400",
                                    "2025-05-05 04:01:36,154+0260",
                                    "2025-05-05T04:01:36+02:00:00",
                                    "2025-05-05 04:01:36 CEST",
                                    "2025-05-05 04:01:36  UTC",
                                    "2025-05-05_04:01:36",
                                    "05/May/2025:04:01:36 +0000",
                                    " 2025-05-05T04:01:36Z",
                                    "2025-05-05T04:01:36Z ",
                                    "0000-01-01 00:00:00+0100",
                                    "9999-12-31 23:59:59-0100"})
    EXPECT_EQ(text(written), "") << written;
}

TEST(member_time, numbers_below_1e11_are_seconds_and_others_are_milliseconds) {
  for (const auto& [written, expected] : std::vector<std::pair<std::string, std::string>>{
           {"1757888742", "2025-09-14T22:25:42.000Z"},
           {"1757888742.5", "2025-09-14T22:25:42.500Z"},
           {"1757888742.1239999", "2025-09-14T22:25:42.123Z"},
           {"1757888742.0000000001", "2025-09-14T22:25:42.000Z"},
           {"1.757888742123e9", "2025-09-14T22:25:42.123Z"},
           {"1757888742123E-3", "2025-09-14T22:25:42.123Z"},
           {"0.0001757888742e+13", "2025-09-14T22:25:42.000Z"},
           {"1757888742123", "2025-09-14T22:25:42.123Z"},
           {"1757888742123.9", "2025-09-14T22:25:42.123Z"},
           {"1.757888742123E+12", "2025-09-14T22:25:42.123Z"},
           {"99999999999", "5138-11-16T09:46:39.000Z"},
           {"99999999999.999", "5138-11-16T09:46:39.999Z"},
           {"100000000000", "1973-03-03T09:46:40.000Z"},
           {"1e11", "1973-03-03T09:46:40.000Z"},
           {"100000000", "1973-03-03T09:46:40.000Z"},
           {"253402300799999", "9999-12-31T23:59:59.999Z"},
       })
    EXPECT_EQ(number(written), expected) << written;
}

TEST(member_time, numbers_that_are_not_a_time_since_1973_and_before_10000_are_ignored) {
  for (const std::string written :
       {"0", "-0", "0.0", "0e5", "1", "12.5", "99999999", "99999999.999", "-1757888742", "253402300800000",
        "1757888742123456", "1757888742123456789", "1e18", "1e400", "1e-400", "1e99999999999", "1e-99999999999"})
    EXPECT_EQ(number(written), "") << written;
  EXPECT_EQ(number("1757888742." + std::string(100'000, '7')), "2025-09-14T22:25:42.777Z");
  EXPECT_EQ(number(std::string(100'000, '1')), "");
  EXPECT_EQ(number("0." + std::string(100'000, '0') + "1"), "");
}

const std::string kId = R"("event_id":"e1")";
const std::string kSource =
    R"("source":{"logGroup":"/aws/lambda/f","logStream":"s","owner":"123","region":"eu-west-1"})";

// Checks the time of a record, and what the object's own members have become. Tests each object as it is, which is
// read without a parser, and with a blank in front, which is parsed.
void expect(const std::string& members, const std::string& kept, const std::string& time,
            const LambdaFilterOptions& options = {}) {
  const std::string added = R"(,")" + options.timestamp_key + R"(":")" + time + "\"," + kId + "," + kSource + "}";
  EXPECT_EQ(filtered_one("{" + members + "}", options), "{" + kept + added) << members;
  EXPECT_EQ(filtered_one("{ " + members + "}", options), "{ " + kept + added) << members;
}
void expect_unchanged(const std::string& members, const std::string& time,
                      const LambdaFilterOptions& options = {}) {
  expect(members, members, time, options);
}

const std::string kEventsTime(kEventTime);

TEST(member_time, the_record_has_the_time_of_the_first_member_that_has_one) {
  expect_unchanged(R"("@timestamp":"2025-05-05T04:01:36.154Z")", "2025-05-05T04:01:36.154Z");
  expect_unchanged(R"("@timestamp":"2025-05-05T04:01:36.154+02:00")", "2025-05-05T04:01:36.154+02:00");
  expect_unchanged(R"("time":"2020-08-20T12:31:32.123456Z")", "2020-08-20T12:31:32.123Z");
  expect_unchanged(R"("Timestamp":"2020-08-20 12:31:32,5+0200")", "2020-08-20T10:31:32.500Z");
  expect_unchanged(R"("ts":1757888742.25)", "2025-09-14T22:25:42.250Z");
  expect_unchanged(R"("timeMillis":1757888742123)", "2025-09-14T22:25:42.123Z");
  expect_unchanged(R"("_aws":{"Timestamp":1757888742123,"x":[]})", "2025-09-14T22:25:42.123Z");
  std::string members;
  std::string expected;
  for (const char* const name : {"timeMillis", "ts", "Timestamp", "time", "@timestamp"}) {
    const std::string minute = std::to_string(10 + members.size() % 50);
    expected = "2020-08-20T12:" + minute + ":00.000Z";
    members.append(members.empty() ? "" : ",").append("\"").append(name).append("\":\"" + expected + "\"");
    expect_unchanged(members, expected);
  }
}

TEST(member_time, a_member_without_a_time_is_skipped) {
  expect_unchanged(R"("@timestamp":"yesterday","time":"12:31","Timestamp":5,"ts":null,"timeMillis":1757888742123)",
                   "2025-09-14T22:25:42.123Z");
  expect_unchanged(R"("time":12.5)", kEventsTime);
  expect_unchanged(R"("time":{"time":"2020-08-20T12:31:32Z"},"ts":["2020-08-20T12:31:32Z",1757888742])",
                   kEventsTime);
  expect_unchanged(R"("a":{"time":"2020-08-20T12:31:32Z"},"Time":"2020-08-20T12:31:32Z","times":1757888742)",
                   kEventsTime);
  expect_unchanged(R"("_aws":{"Timestamp":-1})", kEventsTime);
  expect_unchanged(R"("_aws":{"Timestamp":253402300800000})", kEventsTime);
  expect_unchanged(R"("time":"2020-08-20T12:31:32Z","time":"")", "2020-08-20T12:31:32.000Z");
  expect_unchanged(R"("time":"2020-08-20T12:31:32Z","time":"2021-08-20T12:31:32Z")", "2021-08-20T12:31:32.000Z");
}

TEST(member_time, a_timestamp_in_rfc_3339_is_kept) {
  for (const std::string time : {"2025-05-05T04:01:36Z", "2025-05-05T04:01:36.1Z",
                                 "2025-05-05T04:01:36.123456789+05:30", "2024-02-29T23:59:59-00:00"}) {
    const std::string object = R"({"time":"2020-08-20T12:31:32Z","timestamp":")" + time + "\"";
    EXPECT_EQ(filtered_one(object + "}"), object + "," + kId + "," + kSource + "}");
    EXPECT_EQ(filtered_one(object + " }"), object + " ," + kId + "," + kSource + "}");
  }
  const std::string twice = R"({"timestamp":"2020-01-02T03:04:05Z","timestamp":"2020-01-02T03:04:06Z")";
  EXPECT_EQ(filtered_one(twice + "}"), twice + "," + kId + "," + kSource + "}");
}

TEST(member_time, any_other_timestamp_is_renamed_and_its_time_is_used_if_it_is_one) {
  for (const auto& [value, time] : std::vector<std::pair<std::string, std::string>>{
           {R"("2025-05-05 04:01:36,154+0000")", "2025-05-05T04:01:36.154Z"},
           {R"("2025-05-05 04:01:36Z")", "2025-05-05T04:01:36.000Z"},
           {R"("2025-05-05T04:01:36")", "2025-05-05T04:01:36.000Z"},
           {R"("2025-05-05T04:01:36+0000")", "2025-05-05T04:01:36.000Z"},
           {R"("2025-05-05t04:01:36Z")", "2025-05-05T04:01:36.000Z"},
           {R"("2025-05-05T04:01:36z")", "2025-05-05T04:01:36.000Z"},
           {R"("2025-05-05t04:01:36+00:00")", "2025-05-05T04:01:36.000Z"},
           {"1746417696154", "2025-05-05T04:01:36.154Z"},
           {"1746417696.154", "2025-05-05T04:01:36.154Z"},
           {R"("2025-05-05T04:01:36.Z")", kEventsTime},
           {R"("2025-05-05T04:01:36+24:00")", kEventsTime},
           {R"("2025-02-29T04:01:36Z")", kEventsTime},
           {R"("2025-05-05T04:01:36Z ")", kEventsTime},
           {R"("2025-05-05T04:01Z")", kEventsTime},
           {R"("2025-05-05")", kEventsTime},
           {R"("")", kEventsTime},
           {"null", kEventsTime},
           {"{}", kEventsTime},
           {R"(["2025-05-05T04:01:36Z"])", kEventsTime},
       })
    expect(R"("timestamp":)" + value, R"("timestamp_original":)" + value, time);
  expect(R"("timestamp":1,"time":"2020-01-02T03:04:05Z")",
         R"("timestamp_original":1,"time":"2020-01-02T03:04:05Z")", "2020-01-02T03:04:05.000Z");
  expect(R"("timestamp":"2020-01-02T03:04:05Z","timestamp":null)",
         R"("timestamp_original":"2020-01-02T03:04:05Z","timestamp_original":null)", "2020-01-02T03:04:05.000Z");
}

TEST(member_time, timestamp_key_names_a_member_that_precedes_the_default_ones) {
  LambdaFilterOptions options;
  options.timestamp_key = "at";
  expect(R"("time":"2020-01-02T03:04:05Z","at":1566741555270)",
         R"("time":"2020-01-02T03:04:05Z","at_original":1566741555270)", "2019-08-25T13:59:15.270Z", options);
  const std::string object = R"({"time":"2020-01-02T03:04:05Z","at":"2021-01-02T03:04:05Z")";
  EXPECT_EQ(filtered_one(object + "}", options), object + "," + kId + "," + kSource + "}");
}

TEST(member_time, timestamp_from_replaces_the_list_and_its_order) {
  LambdaFilterOptions options;
  options.timestamp_from = {"meta.at", "time"};
  expect_unchanged(R"("time":"2020-01-02T03:04:05Z","meta":{"at":1757888742})", "2025-09-14T22:25:42.000Z",
                   options);
  expect_unchanged(R"("meta.at":1757888742)", "2025-09-14T22:25:42.000Z", options);
  expect_unchanged(R"("ts":1757888742,"@timestamp":"2020-01-02T03:04:05Z")", kEventsTime, options);
  expect(R"("timestamp":"2021-01-02T03:04:05Z","time":"2020-01-02T03:04:05Z")",
         R"("timestamp_original":"2021-01-02T03:04:05Z","time":"2020-01-02T03:04:05Z")",
         "2020-01-02T03:04:05.000Z", options);
  options.timestamp_from = {"time", "timestamp"};
  const std::string object = R"({"timestamp":"2021-01-02T03:04:05Z")";
  EXPECT_EQ(filtered_one(object + "}", options), object + "," + kId + "," + kSource + "}");
}

TEST(member_time, a_list_of_the_maximum_size_is_read_completely) {
  LambdaFilterOptions options;
  for (size_t index = 0; index < kMaxTimeNames; ++index)
    options.timestamp_from.push_back("t" + std::to_string(index));
  expect_unchanged("\"" + options.timestamp_from.back() + "\":1757888742", "2025-09-14T22:25:42.000Z", options);
}

TEST(member_time, an_object_in_a_line_precedes_the_time_of_the_line) {
  const std::string line = "2024-06-18T02:07:06.123Z\t6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tWARN\t";
  const std::string end = R"(,"level":"WARN","lambda":{"requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0"},)" +
                          kId + "," + kSource + "}";
  EXPECT_EQ(filtered_one(line + R"({"ts":1757888742})"),
            R"({"ts":1757888742,"timestamp":"2025-09-14T22:25:42.000Z")" + end);
  EXPECT_EQ(filtered_one(line + R"({"ts":1})"), R"({"ts":1,"timestamp":"2024-06-18T02:07:06.123Z")" + end);
}

}  // namespace
}  // namespace penstock::logs
