// penstock leases and seek on a table, and leases on a file, against the models over HTTP.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "plugin/input_commands.h"
#include "plugin/input_settings.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/server.h"
#include "tests/unit/posix/temp_folder.h"

namespace penstock {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;
using Lines = std::vector<std::string>;

constexpr int64_t kHourMs = 3'600'000;
const std::string kFirst = "shardId-000000000000", kSecond = "shardId-000000000001";

int64_t wall_ms(void* = nullptr) {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// A line without the blanks that align its columns.
std::string squeezed(std::string line) {
  for (size_t at = 0; (at = line.find("   ", at)) != std::string::npos;) line.erase(at, 1);
  return line;
}

class lease_commands : public testing::Test {
 protected:
  void SetUp() override {
    const model::AccessKey key;
    setenv("AWS_ACCESS_KEY_ID", key.id.c_str(), 1);
    setenv("AWS_SECRET_ACCESS_KEY", key.secret.c_str(), 1);
    ASSERT_EQ(kinesis.start(), "");
    ASSERT_EQ(table_server.start(), "");
    tables.make_table("app");
    make_stream("in", 2);
  }

  static Options options_of(Options::Table table, const Given& given) {
    std::vector<penstock_option> list;
    for (const auto& [key, value] : given) list.push_back({bytes(key), bytes(value)});
    return Options(table, list.data(), list.size(), sizeof(penstock_option));
  }
  Given table_options(const std::string& stream = "in") const {
    return {{"stream", stream},
            {"region", "us-east-1"},
            {"checkpoint", "dynamodb:app"},
            {"dynamodb_endpoint", table_server.url()},
            {"endpoint", kinesis.url()},
            {"on_failure", "drop"}};
  }
  Status run(const Command& command, const Given& options, const Given& arguments = {}) {
    lines.clear();
    const auto print = [](void* ctx, penstock_bytes line) {
      static_cast<lease_commands*>(ctx)->lines.push_back(squeezed(std::string(view(line))));
    };
    penstock_host host = {};
    host.ctx = this;
    host.wall_ms = wall_ms;
    host.monotonic_ms = [](void* ctx) { return static_cast<lease_commands*>(ctx)->leaping_ms += 1; };
    host.random = [](void*) { return uint64_t{0}; };  // no backoff
    return command.run(host, options_of(kInputOptions, options), options_of(command.arguments, arguments),
                       Printer(print, this));
  }
  Lines leases(const Given& options) {
    const Status status = run(kLeasesCommand, options);
    EXPECT_TRUE(status.ok()) << status.message();
    return lines;
  }
  // Where a stream does not answer: its line is the error too.
  void leases_without_an_answer(const Given& options) {
    const Status status = run(kLeasesCommand, options);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.message(), lines.back());
  }

  void make_stream(const std::string& name, uint32_t shards) {
    kinesis.with([&](model::Service& service) { service.create_stream(name, shards); });
  }
  // As the keys of several streams' leases have it: in seconds.
  std::string epoch_of(const std::string& stream) {
    std::string epoch;
    kinesis.with(
        [&](model::Service& service) { epoch = std::to_string(service.stream(stream)->created_ms() / 1000); });
    return epoch;
  }
  // A record that arrived so long ago; its sequence number.
  std::string put(const std::string& stream, size_t shard, int64_t age_ms) {
    std::string number;
    kinesis.with([&](model::Service& service) {
      model::Stream& in = *service.stream(stream);
      in.append(in.shards()[shard], "key", "data", wall_ms());
      in.shards()[shard].records.back().arrival_ms = wall_ms() - age_ms;
      number = in.shards()[shard].records.back().sequence_number.text();
    });
    return number;
  }

  dynamodb::Item row(const std::string& key, const std::string& checkpoint, const std::string& owner = "") {
    dynamodb::Item item = {{"leaseKey", dynamodb::text_attribute(key)},
                           {"leaseCounter", dynamodb::number_attribute(7)},
                           {"ownerSwitchesSinceCheckpoint", dynamodb::number_attribute(0)},
                           {"checkpoint", dynamodb::text_attribute(checkpoint)},
                           {"checkpointSubSequenceNumber", dynamodb::number_attribute(0)}};
    if (!owner.empty()) item["leaseOwner"] = dynamodb::text_attribute(owner);
    return item;
  }
  dynamodb::Item row_of(const std::string& stream_id, const std::string& shard, const std::string& checkpoint) {
    dynamodb::Item item = row(stream_id + ":" + shard, checkpoint);
    item["streamName"] = dynamodb::text_attribute(stream_id);
    item["shardId"] = dynamodb::text_attribute(shard);
    return item;
  }
  void keep(const dynamodb::Item& item) {
    table_server.alone([&] { tables.put_row("app", item); });
  }
  std::string kept(const std::string& key, const std::string& attribute) {
    std::string text = "no row";
    table_server.alone([&] {
      const dynamodb::Item* found = tables.table("app")->row(key);
      if (found == nullptr) return;
      const auto value = found->find(attribute);
      text = value == found->end() ? "none" : value->second.text;
    });
    return text;
  }

  TempFolder folder;
  model::Server kinesis{{}, {}};
  dynamodb::Service tables{{}, [] { return wall_ms(); }};
  model::HttpServer table_server{{}, [this](model::Request request) { return tables.handle(std::move(request)); }};
  Lines lines;
  int64_t leaping_ms = 0;  // what a command takes for time: it does not wait for time to pass
};

// ---- leases

TEST_F(lease_commands, leases_tells_of_each_shard_its_owner_its_lag_and_the_age_of_its_checkpoint) {
  const std::string first = put("in", 0, 73 * kHourMs + kHourMs / 2);
  put("in", 0, 50 * kHourMs + kHourMs / 2);
  const std::string second = put("in", 1, 49 * kHourMs + kHourMs / 2);
  keep(row(kFirst, first, "worker:a"));
  keep(row(kSecond, second));
  EXPECT_EQ(leases(table_options()), (Lines{"table app", "  shard  owner  checkpoint  lag  age",
                                            "  " + kFirst + "  worker:a  behind " + first + "  2d2h  3d1h",
                                            "  " + kSecond + "  free  behind " + second + "  0s  2d1h"}));
}

TEST_F(lease_commands, the_columns_of_leases_stand_below_each_other) {
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

TEST_F(lease_commands, a_checkpoint_that_is_a_word_has_neither_lag_nor_age_and_nobody_is_asked) {
  make_stream("many", 5);
  const Lines words = {"TRIM_HORIZON", "LATEST", "AT_TIMESTAMP", "SHARD_END"};
  for (size_t i = 0; i < words.size(); ++i) keep(row("shardId-00000000000" + std::to_string(i), words[i]));
  leases(table_options("many"));
  ASSERT_EQ(lines.size(), 6U);
  for (size_t i = 2; i < lines.size(); ++i) EXPECT_TRUE(lines[i].ends_with("  -  -")) << lines[i];
  kinesis.with([](model::Service& service) { EXPECT_EQ(service.stats().requests, 0U); });
}

TEST_F(lease_commands, leases_says_where_retention_has_passed_a_checkpoint) {
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
             "  " + kFirst + "  free  behind " + gone + "  0s  -",
             "  " + kSecond + "  free  behind " + all_gone + "  0s  -",
             kFirst + ": the stream's retention has passed the checkpoint; the next record that is left is " +
                 left + ", 1d2h old"}));
}

TEST_F(lease_commands, leases_prints_the_table_and_one_line_why_where_a_stream_does_not_answer) {
  keep(row(kFirst, put("in", 0, 0)));
  keep(row(kSecond, put("in", 1, 0)));
  kinesis.with([](model::Service& service) { service.delete_stream("in"); });
  leases_without_an_answer(table_options());
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_TRUE(lines[2].ends_with("  -  -")) << lines[2];
  EXPECT_TRUE(lines[3].ends_with("  -  -")) << lines[3];
  EXPECT_EQ(lines[4].find(kFirst + " and 1 more: lag and age are not known: GetShardIterator"), 0U) << lines[4];
  EXPECT_NE(lines[4].find("ResourceNotFound"), std::string::npos) << lines[4];
}

TEST_F(lease_commands, a_stream_out_of_reach_is_tried_some_times_and_not_for_each_of_its_shards) {
  make_stream("many", 64);
  for (int i = 0; i < 64; ++i)
    keep(row("shardId-0000000000" + std::string(i < 10 ? "0" : "") + std::to_string(i),
             put("many", static_cast<size_t>(i), 0)));
  kinesis.with([](model::Service& service) {
    service.faults().next_calls("GetShardIterator", model::internal_failure(), 100'000);
  });
  leases_without_an_answer(table_options("many"));
  ASSERT_EQ(lines.size(), 67U);
  EXPECT_NE(lines.back().find(" and 63 more: lag and age are not known: "), std::string::npos) << lines.back();
  kinesis.with([](model::Service& service) { EXPECT_LE(service.stats().requests, 32U * 4); });
}

TEST_F(lease_commands, one_shard_that_is_refused_costs_the_others_nothing) {
  const std::string second = put("in", 1, 0);
  keep(row(kFirst, second));  // of the other shard: no place in this one
  keep(row(kSecond, second));
  leases_without_an_answer(table_options());
  EXPECT_TRUE(lines[2].ends_with("  -  -")) << lines[2];
  EXPECT_FALSE(lines[3].ends_with("-")) << lines[3];
  EXPECT_EQ(lines[4].find(kFirst + ": lag and age are not known: GetShardIterator"), 0U) << lines[4];
}

TEST_F(lease_commands, leases_asks_again_where_readers_have_used_up_what_a_shard_allows) {
  const std::string first = put("in", 0, 49 * kHourMs + kHourMs / 2);
  keep(row(kFirst, first));
  kinesis.with([](model::Service& service) {
    service.faults().next_calls("GetShardIterator", model::throttle());
    service.faults().next_calls("GetRecords", model::throttle(), 2);
  });
  EXPECT_EQ(leases(table_options()).back(), "  " + kFirst + "  free  behind " + first + "  0s  2d1h");
}

TEST_F(lease_commands, leases_asks_each_of_many_shards_once) {
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

TEST_F(lease_commands, leases_shows_how_far_an_aggregated_record_has_been_dealt_with) {
  const std::string first = put("in", 0, 0);
  dynamodb::Item inside = row(kFirst, first);
  inside["checkpointSubSequenceNumber"] = dynamodb::number_attribute(3);
  keep(inside);
  leases(table_options());
  EXPECT_NE(lines[2].find("behind " + first + ", user record 3  "), std::string::npos) << lines[2];
}

TEST_F(lease_commands, leases_tells_of_several_streams_and_asks_each_for_its_own) {
  make_stream("other", 1);
  const std::string in = put("in", 0, 49 * kHourMs + kHourMs / 2);
  const std::string other = put("other", 0, 74 * kHourMs + kHourMs / 2);
  keep(row_of("000000000000:in:1", kFirst, in));
  keep(row_of("000000000000:other:1", kFirst, other));
  keep(row_of("000000000000:third:1", kFirst, other));
  EXPECT_EQ(leases(table_options("in,other")),
            (Lines{"table app", "  shard  owner  checkpoint  lag  age",
                   "  in/" + kFirst + "  free  behind " + in + "  0s  2d1h",
                   "  other/" + kFirst + "  free  behind " + other + "  0s  3d2h",
                   "  third/" + kFirst + "  free  behind " + other + "  -  -"}));
}

TEST_F(lease_commands, leases_of_a_file_has_lag_and_age_too_and_is_printed_without_the_service) {
  const std::string first = put("in", 0, 49 * kHourMs + kHourMs / 2);
  const std::string path = folder / "checkpoint";
  write_file(path, R"({"penstock_checkpoint":2,"streams":[{"name":"in","arn":"","created_ms":0,)"
                   R"("begin":{"checkpoint":"TRIM_HORIZON"},"shards":{")" +
                       kFirst + R"(":{"checkpoint":")" + first + R"(","sub_sequence_number":2}}}]})");
  Given options = {{"stream", "in"},
                   {"region", "us-east-1"},
                   {"checkpoint", "file:" + path},
                   {"endpoint", kinesis.url()},
                   {"on_failure", "drop"}};
  const std::string kept_line = "  " + kFirst + "  behind " + first + ", user record 2  ";
  EXPECT_EQ(leases(options), (Lines{"stream in", "  shard  checkpoint  lag  age", kept_line + "0s  2d1h",
                                    "  all others  TRIM_HORIZON  -  -"}));
  options.emplace_back("use_fips", "on");
  const Status not_connected = run(kLeasesCommand, options);
  EXPECT_EQ(lines[2], kept_line + "-  -");
  EXPECT_EQ(not_connected.message().find("lag and age are not known: endpoint names an address"), 0U)
      << not_connected.message();
}

// ---- seek

TEST_F(lease_commands, seek_says_what_it_would_do_to_a_table_and_does_it_when_told_yes) {
  keep(row(kFirst, "49", "dead:worker"));
  keep(row(kSecond, "50"));
  ASSERT_TRUE(run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "trim_horizon"}}).ok());
  EXPECT_EQ(lines, (Lines{"  " + kFirst + "  behind 49  held by dead:worker -> TRIM_HORIZON",
                          "  " + kSecond + "  behind 50  free -> TRIM_HORIZON",
                          "Nothing was changed. To do it, add --yes"}));
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
  const Status done = run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "trim_horizon"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  for (const std::string& shard : {kFirst, kSecond}) {
    EXPECT_EQ(kept(shard, "checkpoint"), "TRIM_HORIZON");
    EXPECT_EQ(kept(shard, "leaseCounter"), "8");
    EXPECT_EQ(kept(shard, "leaseOwner"), "none");
  }
}

TEST_F(lease_commands, seek_moves_one_shard_of_a_table_behind_a_record) {
  keep(row(kFirst, "49"));
  keep(row(kSecond, "50"));
  const Status done = run(kSeekCommand, table_options(), {{"shard", kSecond}, {"to", "48"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
  EXPECT_EQ(kept(kSecond, "checkpoint"), "48");
  leases_without_an_answer(table_options());  // which are no numbers of that stream
  EXPECT_NE(lines[3].find("  behind 48  "), std::string::npos) << lines[3];
  EXPECT_EQ(run(kSeekCommand, table_options(), {{"shard", "shardId-7"}, {"to", "48"}}).code(), Code::config);
}

TEST_F(lease_commands, seek_leaves_a_table_alone_whose_worker_renews_its_leases) {
  keep(row(kFirst, "49", "live:worker"));
  tables.on_request([this, counter = int64_t{7}](uint64_t, const model::Request& request) mutable {
    if (model::header(request.headers, "x-amz-target") != "DynamoDB_20120810.Scan") return;
    dynamodb::Item renewed = row(kFirst, "49", "live:worker");
    renewed["leaseCounter"] = dynamodb::number_attribute(++counter);
    tables.put_row("app", renewed);
  });
  const Status refused = run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "latest"}, {"yes", "on"}});
  EXPECT_EQ(refused.code(), Code::config);
  EXPECT_NE(refused.message().find("is held by live:worker"), std::string::npos) << refused.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
}

// ---- seek, where the rows are not the stream's as it is now

TEST_F(lease_commands, seek_all_begins_a_stream_that_was_made_again_among_several_where_it_was_told_to) {
  make_stream("other", 1);
  dynamodb::Item old = row_of("000000000000:in:1", kFirst, "49");
  old["penstockStreamArn"] = dynamodb::text_attribute("arn:aws:kinesis:us-east-1:000000000000:stream/in");
  old["penstockStreamCreatedMs"] = dynamodb::number_attribute(1'000);
  keep(old);
  const std::string other_key = "000000000000:other:" + epoch_of("other") + ":" + kFirst;
  keep(row_of("000000000000:other:" + epoch_of("other"), kFirst, "50"));
  Given options = table_options("in,other");
  options.emplace_back("initial_position", "latest");
  const Status done = run(kSeekCommand, options, {{"all", "on"}, {"to", "trim_horizon"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_NE(lines[0].find("/in, made at "), std::string::npos) << lines[0];
  EXPECT_EQ(lines[1], "  in/" + kFirst + "  behind 49  free -> deleted");
  EXPECT_EQ(lines[2], "  in/" + kFirst + "  new -> TRIM_HORIZON");
  EXPECT_EQ(lines[3], "  in/" + kSecond + "  new -> TRIM_HORIZON");
  EXPECT_EQ(lines[4], "  other/" + kFirst + "  behind 50  free -> TRIM_HORIZON");
  EXPECT_EQ(kept("000000000000:in:1:" + kFirst, "checkpoint"), "no row");
  for (const std::string& shard : {kFirst, kSecond})
    EXPECT_EQ(kept("000000000000:in:" + epoch_of("in") + ":" + shard, "checkpoint"), "TRIM_HORIZON");
  EXPECT_EQ(kept(other_key, "checkpoint"), "TRIM_HORIZON");
}

TEST_F(lease_commands, seek_all_begins_a_stream_that_was_made_again_alone_with_the_shards_that_it_has_now) {
  for (const char* shard : {"shardId-000000000001", "shardId-000000000005"}) {
    dynamodb::Item old = row(shard, "49");
    old["penstockStreamCreatedMs"] = dynamodb::number_attribute(1'000);
    keep(old);
  }
  const Status done =
      run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "2026-01-31T08:00:00Z"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(kept("shardId-000000000005", "checkpoint"), "no row");
  leases(table_options());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[2], "  " + kFirst + "  free  from 2026-01-31T08:00:00.000Z  -  -");
  EXPECT_EQ(lines[3], "  " + kSecond + "  free  from 2026-01-31T08:00:00.000Z  -  -");
}

TEST_F(lease_commands, seek_all_reads_parents_again_whose_leases_were_deleted_and_forgets_shards_that_are_gone) {
  kinesis.with([](model::Service& service) {
    model::Stream& in = *service.stream("in");
    in.split(in.shards()[0], in.shards()[0].first + 1'000, wall_ms());
  });
  const std::string gone = "shardId-000000000009";
  for (const std::string& shard :
       {kSecond, std::string("shardId-000000000002"), std::string("shardId-000000000003"), gone})
    keep(row(shard, "49"));
  const Status done =
      run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "2026-01-31T08:00:00Z"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(lines.back(), "  " + kFirst + "  new -> from 2026-01-31T08:00:00.000Z");
  EXPECT_EQ(kept(kFirst, "checkpoint"), "AT_TIMESTAMP");
  EXPECT_EQ(kept("shardId-000000000003", "checkpoint"), "AT_TIMESTAMP");
  EXPECT_EQ(kept(gone, "checkpoint"), "no row");
}

TEST_F(lease_commands, seek_all_changes_nothing_where_the_stream_is_not_there) {
  keep(row(kFirst, "49"));
  const Status refused =
      run(kSeekCommand, table_options("gone"), {{"all", "on"}, {"to", "latest"}, {"yes", "on"}});
  EXPECT_EQ(refused.code(), Code::not_found);
  EXPECT_EQ(refused.message().find("stream gone: DescribeStreamSummary"), 0U) << refused.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
}

TEST_F(lease_commands, seek_all_does_without_the_permission_to_describe_the_stream) {
  keep(row(kFirst, "49"));
  keep(row(kSecond, "50"));
  kinesis.with([](model::Service& service) {
    service.faults().next_calls("DescribeStreamSummary",
                                model::error_fault({400, "AccessDeniedException", "not you"}));
    service.faults().next_calls("ListShards", model::throttle());
  });
  const Status done = run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "trim_horizon"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "TRIM_HORIZON");
  EXPECT_EQ(kept(kSecond, "checkpoint"), "TRIM_HORIZON");
}

}  // namespace
}  // namespace penstock
