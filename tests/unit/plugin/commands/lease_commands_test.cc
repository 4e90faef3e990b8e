// penstock leases on a table and on a file.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/plugin/commands/lease_commands_test_base.h"

namespace penstock::plugin {
namespace {

class lease_commands : public LeaseCommandsTest {};

TEST_F(lease_commands, leases_shows_owner_lag_and_checkpoint_age_of_each_shard) {
  const std::string first = put("in", 0, 73 * kHourMs + kHourMs / 2);
  put("in", 0, 50 * kHourMs + kHourMs / 2);
  const std::string second = put("in", 1, 49 * kHourMs + kHourMs / 2);
  keep(row(kFirst, first, "worker:a"));
  keep(row(kSecond, second));
  EXPECT_EQ(leases(table_options()), (Lines{"table app", "  shard  owner  checkpoint  lag  age",
                                            "  " + kFirst + "  worker:a  after " + first + "  2d2h  3d1h",
                                            "  " + kSecond + "  free  after " + second + "  0s  2d1h"}));
}

TEST_F(lease_commands, columns_of_leases_are_aligned) {
  keep(row(kFirst, "TRIM_HORIZON", "a"));
  keep(row(kSecond, "SHARD_END", "worker-b"));
  std::vector<std::string> printed;
  const auto print = [](void* ctx, penstock_bytes line) {
    static_cast<std::vector<std::string>*>(ctx)->emplace_back(view(line));
  };
  ASSERT_TRUE(
      kLeasesCommand
          .run({}, options_of(kInputOptions, table_options()), options_of({}, {}), Printer(print, &printed))
          .ok());
  EXPECT_EQ(printed, (Lines{"table app", "  shard                 owner     checkpoint    lag  age",
                            "  shardId-000000000000  a         TRIM_HORIZON  -    -",
                            "  shardId-000000000001  worker-b  SHARD_END     -    -"}));
}

TEST_F(lease_commands, a_named_position_has_no_lag_or_age_and_causes_no_call) {
  make_stream("many", 5);
  const Lines words = {"TRIM_HORIZON", "LATEST", "AT_TIMESTAMP", "SHARD_END"};
  for (size_t i = 0; i < words.size(); ++i) keep(row("shardId-00000000000" + std::to_string(i), words[i]));
  leases(table_options("many"));
  ASSERT_EQ(lines.size(), 6U);
  for (size_t i = 2; i < lines.size(); ++i) EXPECT_TRUE(lines[i].ends_with("  -  -")) << lines[i];
  kinesis.with([](model::Service& service) { EXPECT_EQ(service.stats().requests, 0U); });
}

TEST_F(lease_commands, leases_shows_where_retention_has_passed_a_checkpoint) {
  const std::string gone = put("in", 0, 30 * kHourMs);
  const std::string left = put("in", 0, 26 * kHourMs + kHourMs / 2);
  const std::string all_gone = put("in", 1, 30 * kHourMs);
  kinesis.with([](model::Service& service) {
    for (model::Shard& shard : service.stream("in")->shards()) service.trim(shard, 1);
  });
  keep(row(kFirst, gone));
  keep(row(kSecond, all_gone));
  EXPECT_EQ(
      leases(table_options()),
      (Lines{"table app", "  shard  owner  checkpoint  lag  age",
             "  " + kFirst + "  free  after " + gone + "  0s  -",
             "  " + kSecond + "  free  after " + all_gone + "  0s  -",
             kFirst +
                 ": the record at the checkpoint has passed the stream's retention; the next one still kept is " +
                 left + ", 1d2h old"}));
}

TEST_F(lease_commands, leases_prints_the_table_and_the_error_if_a_stream_does_not_answer) {
  keep(row(kFirst, put("in", 0, 0)));
  keep(row(kSecond, put("in", 1, 0)));
  kinesis.with([](model::Service& service) { service.delete_stream("in"); });
  leases_without_response(table_options());
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_TRUE(lines[2].ends_with("  -  -")) << lines[2];
  EXPECT_TRUE(lines[3].ends_with("  -  -")) << lines[3];
  EXPECT_EQ(lines[4].find("PS0285: " + kFirst + " and 1 more: lag and age are unknown: GetShardIterator"), 0U)
      << lines[4];
  EXPECT_NE(lines[4].find("ResourceNotFound"), std::string::npos) << lines[4];
}

TEST_F(lease_commands, leases_shows_other_shards_if_one_is_rejected) {
  const std::string second = put("in", 1, 0);
  keep(row(kFirst, second));  // of the other shard, so not a position in this one
  keep(row(kSecond, second));
  leases_without_response(table_options());
  EXPECT_TRUE(lines[2].ends_with("  -  -")) << lines[2];
  EXPECT_FALSE(lines[3].ends_with("-")) << lines[3];
  EXPECT_EQ(lines[4].find("PS0287: " + kFirst + ": lag and age are unknown: GetShardIterator"), 0U) << lines[4];
}

TEST_F(lease_commands, leases_retries_if_readers_use_up_a_shards_limit) {
  const std::string first = put("in", 0, 49 * kHourMs + kHourMs / 2);
  keep(row(kFirst, first));
  kinesis.with([](model::Service& service) {
    service.faults().next_calls("GetShardIterator", model::throttle(), 4);
    service.faults().next_calls("GetRecords", model::throttle(), 2);
  });
  table_server.alone([&] { tables.faults().next_calls("Scan", model::throttle(), 8); });
  EXPECT_EQ(leases(table_options()).back(), "  " + kFirst + "  free  after " + first + "  0s  2d1h");
}

TEST_F(lease_commands, leases_makes_one_request_for_each_of_many_shards) {
  make_stream("many", 80);
  for (size_t i = 0; i < 80; ++i) {
    const std::string number = std::to_string(i);
    keep(row("shardId-" + std::string(12 - number.size(), '0') + number,
             put("many", i, 49 * kHourMs + kHourMs / 2)));
  }
  leases(table_options("many"));
  ASSERT_EQ(lines.size(), 82U);
  for (size_t i = 2; i < lines.size(); ++i) EXPECT_TRUE(lines[i].ends_with("  0s  2d1h")) << lines[i];
  kinesis.with([](model::Service& service) {
    EXPECT_EQ(service.stats().calls.at("GetShardIterator"), 80U);
    EXPECT_EQ(service.stats().calls.at("GetRecords"), 80U);
  });
}

TEST_F(lease_commands, leases_shows_the_position_inside_an_aggregated_record) {
  const std::string first = put("in", 0, 0);
  dynamodb::Item inside = row(kFirst, first);
  inside["checkpointSubSequenceNumber"] = dynamodb::number_attribute(3);
  keep(inside);
  leases(table_options());
  EXPECT_NE(lines[2].find("after " + first + ", user record 3  "), std::string::npos) << lines[2];
}

TEST_F(lease_commands, leases_shows_several_streams_and_requests_each_ones_shards) {
  make_stream("other", 1);
  const std::string in = put("in", 0, 49 * kHourMs + kHourMs / 2);
  const std::string other = put("other", 0, 74 * kHourMs + kHourMs / 2);
  keep(row_of("000000000000:in:1", kFirst, in));
  keep(row_of("000000000000:other:1", kFirst, other));
  keep(row_of("000000000000:third:1", kFirst, other));
  EXPECT_EQ(leases(table_options("in,other")),
            (Lines{"table app", "  shard  owner  checkpoint  lag  age",
                   "  in/" + kFirst + "  free  after " + in + "  0s  2d1h",
                   "  other/" + kFirst + "  free  after " + other + "  0s  3d2h",
                   "  third/" + kFirst + "  free  after " + other + "  -  -"}));
}

TEST_F(lease_commands, leases_of_a_file_shows_lag_and_age_and_works_without_the_service) {
  const std::string first = put("in", 0, 49 * kHourMs + kHourMs / 2);
  const std::string path = folder / "checkpoint";
  posix::write_file(path, R"({"penstock_checkpoint":2,"streams":[{"name":"in","arn":"","created_ms":0,)"
                          R"("begin":{"checkpoint":"TRIM_HORIZON"},"shards":{")" +
                              kFirst + R"(":{"checkpoint":")" + first + R"(","sub_sequence_number":2}}}]})");
  Given options = {{"stream", "in"},
                   {"region", "us-east-1"},
                   {"checkpoint", "file:" + path},
                   {"endpoint", kinesis.url()},
                   {"on_failure", "drop"}};
  const std::string kept_line = "  " + kFirst + "  after " + first + ", user record 2  ";
  EXPECT_EQ(leases(options), (Lines{"stream in", "  shard  checkpoint  lag  age", kept_line + "0s  2d1h",
                                    "  all others  TRIM_HORIZON  -  -"}));
  options.emplace_back("use_fips", "on");
  const Status not_connected = run(kLeasesCommand, options);
  EXPECT_EQ(lines[2], kept_line + "-  -");
  EXPECT_EQ(not_connected.message().find("lag and age are unknown: endpoint conflicts with use_fips: "), 0U)
      << not_connected.message();
}

}  // namespace
}  // namespace penstock::plugin
