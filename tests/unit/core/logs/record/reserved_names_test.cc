// Members of an application's object that have the names of the record's event ID, time or origin: in the record
// these are always ours, and the application's values are kept under other names.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

const std::string kTimestamp = R"("timestamp":"2019-08-25T13:59:15.269Z")";
const std::string kId = R"("event_id":"e1")";
const std::string kOrigin = R"({"logGroup":"/aws/lambda/f","logStream":"s","owner":"123","region":"eu-west-1"})";
const std::string kAdded = kTimestamp + "," + kId + R"(,"source":)" + kOrigin + "}";

struct Case {
  std::string message;
  std::string expected;
};

// Tests each object as it is, which is read without a parser, and with a space in front, which is parsed.
void expect(const std::vector<Case>& cases, const LambdaFilterOptions& options = {}) {
  for (const Case& c : cases) {
    EXPECT_EQ(filtered_one("{" + c.message + "}", options), "{" + c.expected) << c.message;
    EXPECT_EQ(filtered_one("{ " + c.message + "}", options), "{ " + c.expected) << c.message;
  }
}

// Names with dots, as an option may choose them.
const std::string kDottedAdded = kTimestamp + R"(,"event.id":"e1","log.source":)" + kOrigin + "}";
const LambdaFilterOptions kDotted = [] {
  LambdaFilterOptions options;
  options.event_id_key = "event.id";
  options.source_key = "log.source";
  return options;
}();

TEST(reserved_names, event_id_is_cloudwatchs_and_the_applications_is_kept) {
  for (const std::string value :
       {R"("order-17")", "null", "7", "-0.0E+1", "12345678901234567890123", "1e999", "true", R"("")",
        R"("\u00e9\/\"")", R"({"event_id":{"event_id":1}})", R"([{"event_id":1},[]])", "[]", "{}"})
    expect({{R"("a":1,"event_id":)" + value + R"(,"b":2)",
             R"("a":1,"event_id_original":)" + value + R"(,"b":2,)" + kAdded}});
}

TEST(reserved_names, a_reserved_name_is_recognized_in_every_spelling) {
  expect({
      {R"("event\u005fid":1)", R"("event_id_original":1,)" + kAdded},
      {R"("\u0065vent_id" : 1)", R"("event_id_original" : 1,)" + kAdded},
      {R"("event_id":1,"event_id":2,"event\u005fid":3)",
       R"("event_id_original":1,"event_id_original":2,"event_id_original":3,)" + kAdded},
      {R"("event_id.x":1,"event_id.y.z":2)", R"("event_id_original.x":1,"event_id_original.y.z":2,)" + kAdded},
      {R"("Event_id":1,"event_i":2,"event_id2":3,"event_idx.y":4,"_event_id":5)",
       R"("Event_id":1,"event_i":2,"event_id2":3,"event_idx.y":4,"_event_id":5,)" + kAdded},
  });
}

TEST(reserved_names, a_new_name_that_is_taken_gets_a_number) {
  expect({
      {R"("event_id_original":1)", R"("event_id_original":1,)" + kAdded},
      {R"("event_id_original":1,"event_id":2)", R"("event_id_original":1,"event_id_original_2":2,)" + kAdded},
      {R"("event_id":1,"event_id_original_9":2,"event_id_original":3)",
       R"("event_id_original_10":1,"event_id_original_9":2,"event_id_original":3,)" + kAdded},
      {R"("event_id":1,"event_id_original.x":2)", R"("event_id_original_2":1,"event_id_original.x":2,)" + kAdded},
      {R"("event_id":1,"source":2,"source_original":3)",
       R"("event_id_original":1,"source_original_2":2,"source_original":3,)" + kAdded},
      {R"("event_id":1,"event_id_originals":2,"event_id_original_x":3)",
       R"("event_id_original":1,"event_id_originals":2,"event_id_original_x":3,)" + kAdded},
  });
}

TEST(reserved_names, dotted_and_nested_names_are_the_same_name) {
  expect(
      {
          {R"("event.id":1)", R"("event.id_original":1,)" + kDottedAdded},
          {R"("event":{"id":1,"kind":"x"})", R"("event":{"id_original":1,"kind":"x"},)" + kDottedAdded},
          {R"("event":[{"id":1},[{"id":{"id":2}}],3])",
           R"("event":[{"id_original":1},[{"id_original":{"id":2}}],3],)" + kDottedAdded},
          {R"("event.id.x":1,"event":{"id.y":2})",
           R"("event.id_original.x":1,"event":{"id_original.y":2},)" + kDottedAdded},
          {R"("event":{"id":1},"event.id_original":2)",
           R"("event":{"id_original_2":1},"event.id_original":2,)" + kDottedAdded},
          {R"("event":{"\u0069d":1},"\u0065vent":{"id" : 2})",
           R"("event":{"id_original":1},"\u0065vent":{"id_original" : 2},)" + kDottedAdded},
          {R"("a":{"event":{"id":1}},"event":{"a":{"id":1}},"id":1,"event":"x")",
           R"("a":{"event":{"id":1}},"event":{"a":{"id":1}},"id":1,"event":"x",)" + kDottedAdded},
          {R"("log":{"source":"moon","level":{"source":1}},"source":2)",
           R"("log":{"source_original":"moon","level":{"source":1}},"source":2,)" + kDottedAdded},
      },
      kDotted);
  LambdaFilterOptions options;
  options.event_id_key = "log.record.uid";
  const std::string added = kTimestamp + R"(,"log.record.uid":"e1","source":)" + kOrigin + "}";
  expect(
      {
          {R"("log":{"record":{"uid":"x"}})", R"("log":{"record":{"uid_original":"x"}},)" + added},
          {R"("log.record":{"uid":"x"})", R"("log.record":{"uid_original":"x"},)" + added},
          {R"("log":{"record.uid":"x"})", R"("log":{"record.uid_original":"x"},)" + added},
          {R"("log.record.uid":"x")", R"("log.record.uid_original":"x",)" + added},
          {R"("log":{"a":{"record":{"uid":1}},"record":{"a":{"uid":1}}})",
           R"("log":{"a":{"record":{"uid":1}},"record":{"a":{"uid":1}}},)" + added},
      },
      options);
}

TEST(reserved_names, the_option_names_the_member_even_with_dots) {
  LambdaFilterOptions options;
  options.event_id_key = "cw.id";
  const std::string added = kTimestamp + R"(,"cw.id":"e1","source":)" + kOrigin + "}";
  expect({{R"("event_id":1,"cw":{"id":2})", R"("event_id":1,"cw":{"id_original":2},)" + added}}, options);
  EXPECT_EQ(filtered_one("hello", options),
            "{" + kTimestamp + R"(,"level":"INFO","message":"hello","cw.id":"e1","source":)" + kOrigin + "}");
}

TEST(reserved_names, without_our_member_the_applications_keeps_its_name) {
  LambdaFilterOptions options;
  options.event_id = false;
  expect({{R"("event_id":1)", R"("event_id":1,)" + kTimestamp + R"(,"source":)" + kOrigin + "}"}}, options);
  options = {};
  options.json_key = "app";
  EXPECT_EQ(filtered_one(R"({"event_id":1,"source":{"logGroup":2}})", options),
            "{" + kTimestamp + R"(,"app":{"event_id":1,"source":{"logGroup":2}},)" + kId + R"(,"source":)" +
                kOrigin + "}");
  expect({{R"("extractedFields":1)", R"("extractedFields":1,)" + kAdded}});
}

TEST(reserved_names, reserved_names_apply_to_objects_in_node_lines_and_platform_objects) {
  const std::string line = "2024-06-18T02:07:06.123Z\t6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tWARN\t";
  const std::string time = R"("timestamp":"2024-06-18T02:07:06.123Z")";
  EXPECT_EQ(filtered_one(line + R"({"event_id":null,"timestamp":1})"),
            R"({"event_id_original":null,"timestamp_original":1,)" + time +
                R"(,"level":"WARN","lambda":{"requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0"},)" + kId +
                R"(,"source":)" + kOrigin + "}");
  EXPECT_EQ(
      filtered_one(R"({"time":"2024-06-18T02:07:06.123Z","type":"platform.start","record":{},"event_id":"x"})"),
      R"({"time":"2024-06-18T02:07:06.123Z","type":"platform.start","record":{},"event_id_original":"x",)" + time +
          R"(,"level":"INFO","lambda":{"event":"start"},)" + kId + R"(,"source":)" + kOrigin + "}");
}

TEST(reserved_names, the_level_is_normalized_next_to_renamed_members) {
  LambdaFilterOptions options;
  options.normalize_level = true;
  expect({{R"("event_id":1,"level":"warning","source":2)",
           R"("event_id_original":1,"level":"WARN","source_original":2,)" + kAdded}},
         options);
}

}  // namespace
}  // namespace penstock::logs
