// What penstock check --events-per-second prints, and that docs/sizing.md has the same.
#include "plugin/commands/sizing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "plugin/stages/stages.h"

namespace penstock::plugin {
namespace {

using Cells = std::vector<std::string>;

// Returns the rows of the table in docs/sizing.md whose heading begins with `head`, by their first column.
std::map<std::string, Cells> table(const std::string& head) {
  std::map<std::string, Cells> rows;
  std::ifstream file(PENSTOCK_SOURCE_DIR "/docs/sizing.md");
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.rfind("| " + head, 0) == 0) inside = true;
    if (line.empty()) inside = false;
    if (!inside || line.rfind("|---", 0) == 0) continue;
    Cells cells;
    for (size_t at = 2; at < line.size();) {
      const size_t end = line.find(" |", at);
      cells.push_back(line.substr(at, end - at));
      at = end + 3;
    }
    rows[cells[0]] = cells;
  }
  return rows;
}

std::string name_of(const PackingFigures& figures) {
  std::string name;
  if (figures.aggregate != "none") name = "`aggregate " + std::string(figures.aggregate) + "`";
  if (figures.compression != "none")
    name += (name.empty() ? "`compression " : ", `compression ") + std::string(figures.compression) + "`";
  return name.empty() ? "none" : name;
}

std::string number(double value) {
  std::string text = std::to_string(std::llround(value));
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

TEST(sizing, sizing_prints_the_figures_of_the_documentation) {
  const auto rows = table("options | records sent for 1,000 events");
  EXPECT_EQ(rows.size(), packing_figures().size() + 1);
  for (const PackingFigures& figures : packing_figures()) {
    const auto row = rows.find(name_of(figures));
    ASSERT_NE(row, rows.end()) << name_of(figures);
    EXPECT_EQ(row->second,
              (Cells{row->first, number(figures.records), number(figures.bytes), number(figures.units)}));
  }
  EXPECT_EQ(packing_figures()[0].bytes, kMeasuredEventBytes);
}

TEST(sizing, shards_and_units_in_the_documentation_are_those_computed) {
  const auto rows = table("options | shards at 1,000 events/s");
  EXPECT_EQ(rows.size(), packing_figures().size() + 1);
  for (const PackingFigures& figures : packing_figures()) {
    const auto row = rows.find(name_of(figures));
    ASSERT_NE(row, rows.end()) << name_of(figures);
    Cells cells = {row->first};
    for (const double events : {1e3, 1e4, 5e4})
      cells.push_back(std::to_string(sizing_of(figures, events, kMeasuredEventBytes).shards));
    const Sizing at_ten_thousand = sizing_of(figures, 1e4, kMeasuredEventBytes);
    cells.push_back(number(at_ten_thousand.units_per_second));
    char billed[16];
    std::snprintf(billed, sizeof billed, "%.1f", at_ten_thousand.billed_bytes_per_second / 1e6);
    cells.emplace_back(billed);
    EXPECT_EQ(row->second, cells);
  }
}

TEST(sizing, put_units_are_25_kib_rounded_up_and_on_demand_bytes_are_rounded_up_to_kib) {
  const PackingFigures& plain = packing_figures()[0];
  EXPECT_EQ(sizing_of(plain, 1, 25'600).units_per_second, 1);
  EXPECT_EQ(sizing_of(plain, 1, 25'601).units_per_second, 2);
  EXPECT_EQ(sizing_of(plain, 1, 1'024).billed_bytes_per_second, 1'024);
  EXPECT_EQ(sizing_of(plain, 1, 1'025).billed_bytes_per_second, 2'048);
}

TEST(sizing, a_shard_accepts_1000_records_and_a_million_bytes_per_second) {
  const PackingFigures& plain = packing_figures()[0];
  EXPECT_EQ(sizing_of(plain, 1'000, 1'000).shards, 1);
  EXPECT_EQ(sizing_of(plain, 1'001, 10).shards, 2);
  EXPECT_EQ(sizing_of(plain, 1'000, 1'001).shards, 2);
}

TEST(sizing, events_larger_than_the_aggregation_limit_are_sent_alone) {
  const PackingFigures& newline = packing_figures()[2];
  const double joined = newline.bytes * 1000 / newline.records * kMeasuredEventBytes / newline.bytes;
  EXPECT_NEAR(sizing_of(newline, 100, joined).records_per_second, 100, 1e-6);
  EXPECT_NEAR(sizing_of(newline, 100, joined / 2).records_per_second, 50, 1e-6);
  EXPECT_NEAR(sizing_of(newline, 100, joined * 2).records_per_second, 100, 1e-6);
}

struct Printed {
  int32_t code;
  std::string text;  // the lines, or the error
};

Printed print(std::vector<penstock_option> options, const std::vector<penstock_option>& arguments) {
  options.push_back({bytes("stream"), bytes("mill")});
  options.push_back({bytes("on_failure"), bytes("drop")});
  options.push_back({bytes("region"), bytes("eu-west-1")});
  const auto keep = [](void* ctx, penstock_bytes line) {
    *static_cast<std::string*>(ctx) += std::string(view(line)) + "\n";
  };
  Printed printed = {};
  penstock_error error = {};
  error.struct_size = sizeof error;
  printed.code =
      kKinesisOutputStage.commands[0].run(nullptr, options.data(), options.size(), arguments.data(),
                                          arguments.size(), sizeof(penstock_option), keep, &printed.text, &error);
  if (printed.code < 0) printed.text = error.text;
  return printed;
}

penstock_option events(const char* text) { return {bytes("events_per_second"), bytes(text)}; }

TEST(sizing, sizing_prints_its_subject_and_its_assumptions) {
  EXPECT_EQ(
      print({{bytes("aggregate"), bytes("newline")}, {bytes("compression"), bytes("gzip")}}, {events("50000")})
          .text,
      "Estimate for 50,000 log events/s of 505 bytes, with aggregate newline and compression gzip:\n"
      "  300 records/s and 2.30 MB/s\n"
      "  3 shards, at 1,000 records/s and 1 MB/s each; add headroom for peaks and uneven keys\n"
      "  300 PUT payload units/s, by which a provisioned stream is billed\n"
      "  2.46 MB/s, by which an on-demand stream is billed\n"
      "  10 PutRecords calls/s\n"
      "  The figures were measured on logs of Lambda functions; other logs differ (docs/sizing.md).\n"
      "  Only events of one partition key (partition_key log_stream) that arrive within linger (100ms) share a "
      "record.\n"
      "  This assumes 167 events per record: at this rate, up to 30 keys can have that number in that time.\n"
      "  With fewer events per key there are more records, up to one for each event; a longer linger helps.\n");
}

TEST(sizing, sizing_reports_too_few_events_per_key) {
  EXPECT_NE(print({{bytes("aggregate"), bytes("newline")}}, {events("10")}).text.find("not even one key has"),
            std::string::npos);
}

TEST(sizing, with_aggregate_kpl_events_of_a_shard_share_a_record) {
  const penstock_option kpl = {bytes("aggregate"), bytes("kpl")};
  const std::string text = print({kpl}, {events("10000")}).text;
  EXPECT_NE(text.find("Only events of one shard that arrive within linger (100ms) share a record."),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("assumes 100 events per record: at this rate, up to 10 shards can have that number"),
            std::string::npos)
      << text;
  EXPECT_NE(print({kpl, {bytes("explicit_hash_key"), bytes("random")}}, {events("10000")})
                .text.find("that number has to arrive within linger (100ms), whatever the keys."),
            std::string::npos);
}

TEST(sizing, random_keys_prevent_aggregation) {
  const std::string text =
      print({{bytes("aggregate"), bytes("newline")}, {bytes("partition_key"), bytes("random")}}, {events("5000")})
          .text;
  EXPECT_NE(text.find("  5,000 records/s and 2.52 MB/s\n"), std::string::npos) << text;
  EXPECT_NE(text.find("newline joins none of them"), std::string::npos) << text;
}

TEST(sizing, sizing_reports_more_events_of_one_key_than_a_shard_accepts) {
  const penstock_option one_key = {bytes("partition_key"), bytes("text:all")};
  EXPECT_NE(print({one_key}, {events("1001")}).text.find("text:all sends all records to one shard"),
            std::string::npos);
  EXPECT_EQ(print({one_key}, {events("1000")}).text.find("sends all records to one shard"), std::string::npos);
  EXPECT_EQ(print({one_key, {bytes("explicit_hash_key"), bytes("random")}}, {events("1001")})
                .text.find("sends all records to one shard"),
            std::string::npos);
}

TEST(sizing, sizing_reports_events_that_the_output_would_reject) {
  const penstock_option limit = {bytes("max_record_bytes"), bytes("2K")};
  EXPECT_NE(print({limit}, {events("1"), {bytes("event_bytes"), bytes("2049")}}).text.find("go to on_failure"),
            std::string::npos);
  EXPECT_EQ(print({limit}, {events("1"), {bytes("event_bytes"), bytes("2048")}}).text.find("go to on_failure"),
            std::string::npos);
}

TEST(sizing, the_newline_after_each_record_counts) {
  const penstock_option newline = {bytes("append_newline"), bytes("on")};
  EXPECT_NE(print({newline}, {events("1000000")}).text.find("and 506 MB/s\n"), std::string::npos);
}

TEST(sizing, sizing_rejects_numbers_out_of_range) {
  EXPECT_EQ(print({}, {events("0")}).text,
            "PS0101: events_per_second 0 is out of range: expected 1 to 1000000000");
  EXPECT_EQ(print({}, {events("many")}).text,
            "PS0085: invalid number 'many' for events_per_second: expected a whole number, such as 100");
  EXPECT_EQ(print({}, {events("1000000000")}).code, PENSTOCK_OK);
  EXPECT_EQ(print({}, {events("1000000001")}).code, PENSTOCK_E_OPTIONS);
  EXPECT_EQ(print({}, {events("1"), {bytes("event_bytes"), bytes("10M")}}).code, PENSTOCK_OK);
  EXPECT_EQ(print({}, {events("1"), {bytes("event_bytes"), bytes("10485761")}}).code, PENSTOCK_E_OPTIONS);
  EXPECT_EQ(print({}, {}).code, PENSTOCK_E_OPTIONS);
}

}  // namespace
}  // namespace penstock::plugin
