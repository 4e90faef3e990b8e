// What the output writes with each kind of aggregation, as read by libraries that we did not write.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "tests/e2e/child_process.h"
#include "tests/e2e/emulators/emulator_fixture.h"
#include "tests/e2e/messages.h"
#include "tests/e2e/plugin_client.h"
#include "tests/model_kinesis/codec.h"

namespace penstock::emulators {
namespace {

using Keyed = std::pair<std::string, std::string>;  // partition key, data

struct Way {
  const char* name;
  e2e::OptionList options;
  bool lines = false;       // several of our records in one, separated by newlines
  const char* ending = "";  // the ending of each record in that case
  bool aggregated = false;  // in the KPL format
};

const std::vector<Way>& ways() {
  static const std::vector<Way> kWays = {
      {"plain", {}},
      {"ended", {{"append_newline", "on"}}, false, "\n"},
      {"gzip", {{"compression", "gzip"}}},
      {"newline", {{"aggregate", "newline"}}, true},
      {"newline_ended", {{"aggregate", "newline"}, {"append_newline", "on"}}, true},
      {"newline_gzip", {{"aggregate", "newline"}, {"compression", "gzip"}}, true},
      {"random", {{"explicit_hash_key", "random"}}},
      {"kpl", {{"aggregate", "kpl"}}, false, "", true},
      {"kpl_ended", {{"aggregate", "kpl"}, {"append_newline", "on"}}, false, "\n", true},
      {"kpl_ordered", {{"aggregate", "kpl"}, {"ordering", "per_key"}}, false, "", true},
      {"kpl_random", {{"aggregate", "kpl"}, {"explicit_hash_key", "random"}}, false, "", true},
  };
  return kWays;
}

// Text and bytes of every value. Some keys need escapes in JSON, and some are not ASCII.
std::vector<Keyed> some_records() {
  std::string bytes_of_every_value;
  for (int value = 0; value < 256; ++value)
    if (value != '\n') bytes_of_every_value += static_cast<char>(value);
  std::vector<Keyed> records;
  for (int i = 0; i < 400; ++i) {
    const std::string number = std::to_string(i);
    const std::string keys[] = {"key-" + std::to_string(i % 17), "\"quoted\\\"", "schl\xC3\xBCssel"};
    records.emplace_back(keys[i % 7 < 5 ? 0 : i % 7 - 4],
                         i % 50 == 0 ? number + bytes_of_every_value : R"({"number":)" + number + "}");
  }
  return records;
}

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Writes one batch and returns when everything is delivered.
void write(const std::string& url, const std::string& stream, e2e::OptionList options,
           const std::vector<Keyed>& keyed) {
  options.insert(options.end(), {{"region", "us-east-1"},
                                 {"endpoint", url},
                                 {"stream", stream},
                                 {"on_failure", "drop"},
                                 {"linger", "500ms"}});
  e2e::Instance output(PENSTOCK_OUTPUT, "penstock_kinesis", options);
  std::vector<penstock_record> records(keyed.size());
  for (size_t i = 0; i < keyed.size(); ++i) {
    records[i].key = bytes(keyed[i].first);
    records[i].body = bytes(keyed[i].second);
  }
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof(penstock_record);
  batch.ack_id = 1;
  batch.records = records.data();
  batch.record_count = records.size();
  ASSERT_EQ(output->output->write(output.get(), &batch, nullptr), PENSTOCK_OK);
  int32_t outcome = -1;
  const auto settled = [](void* ctx, uint64_t, int32_t of) { *static_cast<int32_t*>(ctx) = of; };
  for (const int64_t until_ms = now_ms() + 60'000; outcome < 0 && now_ms() < until_ms;)
    output->output->pump(output.get(), now_ms() + 1'000, settled, &outcome, nullptr);
  ASSERT_EQ(outcome, PENSTOCK_DELIVERED);
}

std::string unbase64(std::string text) { return std::string(model::decode_base64(text).value_or("not base64")); }

struct ReadBack {
  std::vector<Keyed> records;
  size_t aggregated = 0;  // user records that are not the first in their record
};

// Returns the contents of the streams, one for each kind of aggregation.
std::map<std::string, ReadBack> read_back(const std::string& url, const std::string& file) {
  std::vector<std::string> arguments = {"-C",
                                        PENSTOCK_EMULATORS_INSTALLED,
                                        "node",
                                        "--no-warnings",
                                        std::string(PENSTOCK_EMULATORS_SOURCE) + "/read_back.js",
                                        url};
  for (const Way& way : ways()) arguments.emplace_back(way.name);
  e2e::ChildProcess node("/usr/bin/env", arguments, file);
  const int code = node.wait(60);
  const std::string all = e2e::read_file(file);
  EXPECT_EQ(code, 0) << all;
  std::map<std::string, ReadBack> read;
  std::istringstream words(all);
  std::string stream, number, key, data;
  while (words >> stream >> number >> key >> data) {
    read[stream].records.emplace_back(unbase64(key), unbase64(data));
    read[stream].aggregated += number != "-" && number != "0";
  }
  return read;
}

TEST_P(emulator, the_outputs_records_are_read_back_unchanged_for_each_kind_of_aggregation) {
  if (!std::ifstream(std::string(PENSTOCK_EMULATORS_INSTALLED) + "/installed.lock"))
    GTEST_SKIP() << "the readers are not installed; the test emulator.packages_are_installed_from_npm says why";
  setenv("AWS_ACCESS_KEY_ID", client_.key.id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", client_.key.secret.c_str(), 1);
  const std::vector<Keyed> written = some_records();
  const e2e::TemporaryFolder folder;
  for (const Way& way : ways()) {
    SCOPED_TRACE(way.name);
    create(way.name, 3);
    write(url(), way.name, way.options, written);
  }
  std::map<std::string, ReadBack> all = read_back(url(), folder.path("read"));
  for (const Way& way : ways()) {
    SCOPED_TRACE(way.name);
    ReadBack& read = all[way.name];
    std::vector<Keyed> expected = written;
    for (auto& [key, data] : expected) data += way.ending;
    if (way.lines) {
      std::vector<Keyed> split;
      for (const auto& [key, data] : read.records) {
        std::istringstream lines(data);
        for (std::string line; std::getline(lines, line);) split.emplace_back(key, line);
      }
      EXPECT_LT(read.records.size(), written.size());
      read.records = split;
    }
    std::sort(expected.begin(), expected.end());
    std::sort(read.records.begin(), read.records.end());
    EXPECT_EQ(read.records, expected);
    if (way.aggregated)
      EXPECT_GT(read.aggregated, written.size() / 2);
    else
      EXPECT_EQ(read.aggregated, 0U);
  }
}

}  // namespace
}  // namespace penstock::emulators
