// Numbers in Lambda's lines and objects that JSON readers cannot represent: they are not facts, in any schema.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/strict_json.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

const std::vector<std::string>& unusable() {
  static const std::vector<std::string> numbers = {"1e999",
                                                   "-1e999",
                                                   "1E+309",
                                                   "1e-9223372036854775807",
                                                   "1e-9223372036854775808",
                                                   "1e-400",
                                                   "1e99999999999999999999999999",
                                                   "0e-9223372036854775807",
                                                   std::string(500, '9'),
                                                   "0." + std::string(500, '1'),
                                                   "1e" + std::string(500, '9')};
  return numbers;
}

// Returns the value of "lambda", or the whole record if the schema has no such member.
std::string facts(const std::string& body, Schema schema) {
  LambdaFilterOptions options;
  options.schema = schema;
  const std::string record = filtered_one(body, options);
  const auto read = strict_json::read(record);
  EXPECT_TRUE(read && !record.empty()) << record;
  const auto lambda = read ? strict_json::member(*read, "lambda") : std::nullopt;
  return std::string(lambda.value_or(record));
}

TEST(extreme_numbers, extreme_numbers_in_lines_are_not_facts_and_do_not_affect_others) {
  for (const std::string& number : unusable()) {
    for (const Schema schema : {Schema::standard, Schema::legacy, Schema::otel, Schema::ecs}) {
      const std::string report =
          facts("REPORT RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tDuration: " + number +
                    " ms\tBilled Duration: 25 ms\tMemory Size: " + number +
                    " MB\tMax Memory Used: 64 MB\tInit Duration: " + number + " ms",
                schema);
      const std::string without = facts(
          "REPORT RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tBilled Duration: 25 ms\tMax Memory Used: 64 MB",
          schema);
      // In the flat schemas the message, which has the number, is part of the record.
      const std::string_view first_fact = R"(":"report",)";
      EXPECT_EQ(report.substr(report.find(first_fact)), without.substr(without.find(first_fact))) << number;
    }
    EXPECT_EQ(facts("2025-10-09T08:53:20.025Z 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Task timed out after " +
                        number + " seconds",
                    Schema::standard),
              R"({"event":"timeout","requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0"})");
  }
}

TEST(extreme_numbers, extreme_numbers_in_platform_objects_are_unchanged_and_not_facts) {
  for (const std::string& number : unusable()) {
    const std::string object =
        R"({"time":"2025-10-09T08:53:20.025Z","type":"platform.report","record":{"metrics":{)"
        R"("durationMs":)" +
        number + R"(,"billedDurationMs":7e2,"memorySizeMB":")" + number + R"("}}})";
    const std::string record = filtered_one(object);
    EXPECT_TRUE(record.starts_with(object.substr(0, object.size() - 1))) << record;
    EXPECT_EQ(facts(object, Schema::standard), R"({"event":"report","billedDurationMs":7e2})");
    const std::string otel = facts(object, Schema::otel);
    EXPECT_NE(otel.find(R"("aws.lambda.billed_duration":7e-1)"), std::string::npos) << otel;
    EXPECT_EQ(otel.find("faas.invoke_duration"), std::string::npos) << otel;
    EXPECT_EQ(otel.find("faas.max_memory"), std::string::npos) << otel;
  }
}

TEST(extreme_numbers, an_applications_extreme_numbers_do_not_affect_a_platform_objects_facts) {
  EXPECT_EQ(
      facts(R"({"time":1e999,"x":[1e999,)" + std::string(400, '9') +
                R"(],"type":"platform.report","record":{"metrics":{"durationMs":1.5e2,"memorySizeMB":128}}})",
            Schema::standard),
      R"({"event":"report","durationMs":1.5e2,"memorySizeMB":128})");
}

TEST(extreme_numbers, large_numbers_within_doubles_are_facts_as_written) {
  for (const std::string number : {"0.0", "1e308", "1.50E+2", "5e-324", "0e-9", "12345678901234567890.5"})
    EXPECT_EQ(facts("REPORT RequestId: r\tDuration: " + number + " ms", Schema::standard),
              R"({"event":"report","requestId":"r","durationMs":)" + number + "}");
  for (const std::string text : {"1e", ".5", "5.", "01", "-", "--1", "-0", "+1", "NaN", "Infinity", "0x10", "1,5"})
    EXPECT_EQ(facts("REPORT RequestId: r\tDuration: " + text + " ms\tMemory Size: 1 MB", Schema::standard),
              R"({"event":"report","requestId":"r","memorySizeMB":1})")
        << text;
}

}  // namespace
}  // namespace penstock::logs
