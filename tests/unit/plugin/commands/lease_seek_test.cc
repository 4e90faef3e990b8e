// penstock seek on a table.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/plugin/commands/lease_commands_test_base.h"

namespace penstock::plugin {
namespace {

class lease_seek : public LeaseCommandsTest {};

TEST_F(lease_seek, seek_prints_its_changes_to_a_lease_table_and_makes_them_only_with_yes) {
  keep(row(kFirst, "49", "dead:worker"));
  keep(row(kSecond, "50"));
  ASSERT_TRUE(run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "trim_horizon"}}).ok());
  EXPECT_EQ(lines, (Lines{"  " + kFirst + "  after 49  held by dead:worker -> TRIM_HORIZON",
                          "  " + kSecond + "  after 50  free -> TRIM_HORIZON",
                          "Nothing was changed. To apply the changes, add --yes"}));
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
  const Status done = run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "trim_horizon"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  for (const std::string& shard : {kFirst, kSecond}) {
    EXPECT_EQ(kept(shard, "checkpoint"), "TRIM_HORIZON");
    EXPECT_EQ(kept(shard, "leaseCounter"), "8");
    EXPECT_EQ(kept(shard, "leaseOwner"), "none");
  }
}

TEST_F(lease_seek, seek_moves_one_shard_of_a_lease_table_after_a_record) {
  keep(row(kFirst, "49"));
  keep(row(kSecond, "50"));
  const Status done = run(kSeekCommand, table_options(), {{"shard", kSecond}, {"to", "48"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
  EXPECT_EQ(kept(kSecond, "checkpoint"), "48");
  leases_without_response(table_options());  // which are not sequence numbers of that stream
  EXPECT_NE(lines[3].find("  after 48  "), std::string::npos) << lines[3];
  EXPECT_EQ(run(kSeekCommand, table_options(), {{"shard", "shardId-7"}, {"to", "48"}}).code(), Code::config);
}

// A worker of KCL can begin at LATEST whatever its own initial position is. At AT_TIMESTAMP it fails unless its
// own is AT_TIMESTAMP.
TEST_F(lease_seek, seek_to_latest_leaves_leases_that_workers_of_kcl_can_begin) {
  keep(row(kFirst, "49"));
  const int64_t before_ms = model::unix_now_ms();
  const Status done = run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "latest"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(lines.size(), 2U);
  for (const std::string& shard : {kFirst, kSecond}) {  // the second is new
    EXPECT_EQ(kept(shard, "checkpoint"), "LATEST");
    EXPECT_GE(std::stoll(kept(shard, "penstockStartedMs")), before_ms);
  }
}

TEST_F(lease_seek, seek_to_a_time_says_what_workers_of_kcl_need) {
  keep(row(kFirst, "49"));
  const std::string note =
      "Workers of the Kinesis Client Library on this table need the initial position AT_TIMESTAMP with the same "
      "time: "
      "with another one they cannot begin these shards";
  const auto has_note = [&](const std::string& to) {
    lines.clear();
    EXPECT_TRUE(run(kSeekCommand, table_options(), {{"all", "on"}, {"to", to}}).ok());
    return std::find(lines.begin(), lines.end(), note) != lines.end();
  };
  EXPECT_TRUE(has_note("2026-01-31T08:00:00Z"));
  EXPECT_FALSE(has_note("latest"));
  EXPECT_FALSE(has_note("trim_horizon"));
}

TEST_F(lease_seek, seek_never_changes_a_table_whose_worker_renews_its_leases) {
  keep(row(kFirst, "49", "live:worker"));
  tables.on_request([this, counter = int64_t{7}](uint64_t, const model::Request& request) mutable {
    if (model::header(request.headers, "x-amz-target") != "DynamoDB_20120810.Scan") return;
    dynamodb::Item renewed = row(kFirst, "49", "live:worker");
    renewed["leaseCounter"] = dynamodb::number_attribute(++counter);
    tables.put_row("app", renewed);
  });
  const Status rejected = run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "latest"}, {"yes", "on"}});
  EXPECT_EQ(rejected.code(), Code::config);
  EXPECT_NE(rejected.message().find("is held by live:worker"), std::string::npos) << rejected.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
}

// ---- seek, where the rows are not the stream's as it is now

TEST_F(lease_seek, seek_all_starts_a_recreated_stream_among_several_at_the_position) {
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
  EXPECT_NE(lines[0].find("/in, created at "), std::string::npos) << lines[0];
  EXPECT_EQ(lines[1], "  in/" + kFirst + "  after 49  free -> deleted");
  EXPECT_EQ(lines[2], "  in/" + kFirst + "  new -> TRIM_HORIZON");
  EXPECT_EQ(lines[3], "  in/" + kSecond + "  new -> TRIM_HORIZON");
  EXPECT_EQ(lines[4], "  other/" + kFirst + "  after 50  free -> TRIM_HORIZON");
  EXPECT_EQ(kept("000000000000:in:1:" + kFirst, "checkpoint"), "no row");
  for (const std::string& shard : {kFirst, kSecond})
    EXPECT_EQ(kept("000000000000:in:" + epoch_of("in") + ":" + shard, "checkpoint"), "TRIM_HORIZON");
  EXPECT_EQ(kept(other_key, "checkpoint"), "TRIM_HORIZON");
}

TEST_F(lease_seek, seek_all_starts_a_recreated_stream_with_its_current_shards) {
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

TEST_F(lease_seek, seek_all_reads_parents_without_leases_again_and_deletes_leases_of_missing_shards) {
  kinesis.with([](model::Service& service) {
    model::Stream& in = *service.stream("in");
    in.split(in.shards()[0], in.shards()[0].first + 1'000, model::unix_now_ms());
  });
  const std::string gone = "shardId-000000000009";
  for (const std::string& shard :
       {kSecond, std::string("shardId-000000000002"), std::string("shardId-000000000003"), gone})
    keep(row(shard, "49"));
  const Status done =
      run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "2026-01-31T08:00:00Z"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(lines[lines.size() - 2], "  " + kFirst + "  new -> from 2026-01-31T08:00:00.000Z");
  EXPECT_EQ(kept(kFirst, "checkpoint"), "AT_TIMESTAMP");
  EXPECT_EQ(kept("shardId-000000000003", "checkpoint"), "AT_TIMESTAMP");
  EXPECT_EQ(kept(gone, "checkpoint"), "no row");
}

// As if the process were killed between any two calls, or in the middle of one.
TEST_F(lease_seek, a_seek_that_fails_at_any_call_keeps_a_row_per_shard_and_can_be_repeated) {
  kinesis.with([](model::Service& service) {
    model::Stream& in = *service.stream("in");
    in.split(in.shards()[0], in.shards()[0].first + 1'000, model::unix_now_ms());
  });
  const Lines children = {"shardId-000000000002", "shardId-000000000003"};
  const std::string gone = "shardId-000000000009";
  const Given arguments = {{"all", "on"}, {"to", "2026-01-31T08:00:00Z"}, {"yes", "on"}};
  const model::Fault rejected = model::error_fault({400, "AccessDeniedException", "not now"});
  for (const model::Fault& fault : {model::close_before(), model::lose_response()}) {
    bool finished = false;
    for (uint64_t calls = 0; !finished; ++calls) {
      table_server.alone([&] { tables.delete_row("app", kFirst); });
      for (const std::string& shard : {kSecond, children[0], children[1], gone}) {
        dynamodb::Item item = row(shard, "49");
        item["throughputKBps"] = dynamodb::number_attribute(3);
        keep(item);
      }
      std::string without;
      uint64_t seen = 0;
      tables.on_request([&](uint64_t number, const model::Request&) {
        for (const std::string& shard : {kSecond, children[0], children[1]})
          if (tables.table("app")->row(shard) == nullptr) without += shard + " at call " + std::to_string(number);
        if (++seen > calls) tables.faults().at(number, seen == calls + 1 ? fault : rejected);
      });
      finished = run(kSeekCommand, table_options(), arguments).ok();
      table_server.alone([&] {
        tables.on_request(nullptr);
        tables.faults().forget();
      });
      ASSERT_EQ(without, "");
      const auto is_moved = [&](const std::string& shard) { return kept(shard, "checkpoint") == "AT_TIMESTAMP"; };
      if (is_moved(children[0]) || is_moved(children[1])) {
        EXPECT_TRUE(is_moved(kFirst)) << "a parent without a row counts as read, when " << calls
                                      << " calls went well";
      }
      ASSERT_TRUE(run(kSeekCommand, table_options(), arguments).ok());
      for (const std::string& shard : {kFirst, kSecond, children[0], children[1]}) EXPECT_TRUE(is_moved(shard));
      EXPECT_EQ(kept(gone, "checkpoint"), "no row");
      EXPECT_EQ(kept(kSecond, "throughputKBps"), "3");
    }
  }
}

TEST_F(lease_seek, seek_retries_throttled_calls_and_lost_responses) {
  keep(row(kFirst, "49"));
  keep(row("shardId-000000000009", "49"));  // of no shard, so it is deleted; and the second shard has no row
  table_server.alone([&] {
    for (const char* operation : {"Scan", "PutItem", "UpdateItem", "DeleteItem"}) {
      tables.faults().next_calls(operation, model::throttle(), 8);
      tables.faults().next_calls(operation, model::lose_response());
    }
  });
  const Status done = run(kSeekCommand, table_options(), {{"all", "on"}, {"to", "trim_horizon"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "TRIM_HORIZON");
  EXPECT_EQ(kept(kSecond, "checkpoint"), "TRIM_HORIZON");
  EXPECT_EQ(kept("shardId-000000000009", "checkpoint"), "no row");
}

TEST_F(lease_seek, seek_all_changes_nothing_if_the_stream_does_not_exist) {
  keep(row(kFirst, "49"));
  const Status rejected =
      run(kSeekCommand, table_options("gone"), {{"all", "on"}, {"to", "latest"}, {"yes", "on"}});
  EXPECT_EQ(rejected.code(), Code::not_found);
  EXPECT_EQ(rejected.message().find("stream gone: DescribeStreamSummary"), 0U) << rejected.message();
  EXPECT_EQ(kept(kFirst, "checkpoint"), "49");
}

TEST_F(lease_seek, seek_all_works_without_permission_to_describe_the_stream) {
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
}  // namespace penstock::plugin
