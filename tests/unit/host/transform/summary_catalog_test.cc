// The summary of the catalog of log lines counts the failures that its records name, and no others.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "host/transform/summary.h"

namespace penstock::host {
namespace {

std::string text_of(const rapidjson::Value& object, const char* name) {
  return object.HasMember(name) && object[name].IsString() ? object[name].GetString() : "";
}

void add(Summary& summary, const rapidjson::Value& json) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  json.Accept(writer);
  penstock_record record{};
  record.body = {text.GetString(), text.GetSize()};
  record.flags = PENSTOCK_RECORD_JSON;
  penstock_batch batch{};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof record;
  batch.records = &record;
  batch.record_count = 1;
  summary.add(batch, record);
}

TEST(summary_catalog, a_summary_counts_the_failures_that_the_records_name) {
  Summary summary;
  std::map<std::string, int> events;
  int failed_reports = 0;
  std::ifstream file(PENSTOCK_TEST_CATALOG);
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document entry;
    entry.Parse(line.data(), line.size());
    ASSERT_FALSE(entry.HasParseError()) << line;
    const rapidjson::Value& record = entry["record"];
    add(summary, record);
    if (!record.HasMember("lambda") || !record["lambda"].IsObject()) continue;
    const std::string event = text_of(record["lambda"], "event");
    const std::string status = text_of(record["lambda"], "status");
    ++events[event];
    if (event.ends_with("eport") && !status.empty() && status != "success") ++failed_reports;
  }
  EXPECT_GT(events["error"], 50);
  const std::string expected = "Failures: " + std::to_string(events["timeout"]) + " timeouts, " +
                               std::to_string(events["exit"]) + " exits, " + std::to_string(events["error"]) +
                               " unhandled errors, " + std::to_string(failed_reports) + " failed reports\n";
  const std::string text = summary.text({1, 0, 0, 0});
  EXPECT_NE(text.find(expected), std::string::npos) << expected << text;
}

}  // namespace
}  // namespace penstock::host
