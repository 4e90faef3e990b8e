// The whole pipeline through the C ABI, against the model over HTTP.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/deployment.h"
#include "tests/gzip.h"

namespace penstock::e2e {
namespace {

constexpr uint32_t kInputShards = 4;
constexpr uint32_t kOutputShards = 120;  // each accepts 1,000 records/s
constexpr size_t kEvents = 100000;

// Runs until every event is delivered and acknowledged to the input.
void run_to_the_end(Deployment& deployment, Pipeline& pipeline) {
  const bool done = pipeline.run_until(
      [&] { return pipeline.emitted().size() >= deployment.expected.size() && pipeline.in_flight() == 0; }, 120);
  EXPECT_TRUE(done) << pipeline.emitted().size() << " of " << deployment.expected.size() << " events emitted, "
                    << pipeline.in_flight() << " batches in flight";
  pipeline.close();
}

// Checks that every event arrived. Returns the number of duplicates.
int expect_all_delivered(Deployment& deployment) {
  int copies = 0;
  size_t known = 0;
  for (const auto& [id, times] : deployment.delivered()) {
    known += deployment.expected.contains(id) ? 1 : 0;
    copies += times - 1;
  }
  EXPECT_EQ(known, deployment.expected.size()) << "events in the output stream";
  EXPECT_EQ(read_file(deployment.folder.path("output-failures.jsonl")), "");
  EXPECT_EQ(read_file(deployment.folder.path("input-failures.jsonl")), "");
  return copies;
}

void expect_emitted_in_the_order_of_each_shard(const Deployment& deployment, const Pipeline& pipeline) {
  std::map<std::string, std::vector<std::string>> emitted;
  for (const EmittedEvent& event : pipeline.emitted()) emitted[event.shard_id].push_back(event.event_id);
  EXPECT_EQ(emitted.size(), kInputShards);
  EXPECT_TRUE(emitted == deployment.events_by_shard());
}

TEST(e2e, twenty_percent_rejected_records_and_five_percent_failing_calls_lose_and_duplicate_nothing) {
  Deployment deployment(kInputShards, kOutputShards);
  deployment.fill(kEvents);
  deployment.server.with([](model::Service& service) {
    model::FaultRates rates;
    rates.reject_records = 0.2;
    rates.throttle = 0.02;
    rates.internal_failure = 0.02;
    rates.close = 0.01;
    service.faults().set_rates(rates);
  });
  Pipeline pipeline(deployment.input_options(), deployment.output_options());
  run_to_the_end(deployment, pipeline);
  EXPECT_EQ(expect_all_delivered(deployment), 0) << "no response was lost, so nothing may arrive twice";
  expect_emitted_in_the_order_of_each_shard(deployment, pipeline);
  const model::Stats stats = deployment.stats();
  EXPECT_GT(stats.records_rejected_by_faults, kEvents / 10);
  EXPECT_GT(stats.injected_errors + stats.closed_connections, 0u);
  EXPECT_EQ(stats.unsigned_requests, 0u);
}

TEST(e2e, a_queue_delivers_every_event_once_and_acknowledges_it) {
  Deployment deployment(kInputShards, kOutputShards);
  deployment.fill(20'000);
  std::string arn;
  deployment.server.with([&](model::Service& service) { arn = service.create_queue("q", "in"); });
  Pipeline pipeline({{"queue_arn", arn},
                     {"endpoint", deployment.server.url()},
                     {"on_failure", "file:" + deployment.folder.path("input-failures.jsonl")}},
                    deployment.output_options());
  run_to_the_end(deployment, pipeline);
  EXPECT_EQ(expect_all_delivered(deployment), 0);
  EXPECT_EQ(pipeline.input().stat("acknowledged_records"), 100);
  deployment.server.with([&](model::Service& service) {
    EXPECT_EQ(service.queue_counts(arn).visible + service.queue_counts(arn).in_flight, 0u);
  });
}

TEST(e2e, lost_responses_duplicate_only_the_records_of_their_calls) {
  Deployment deployment(kInputShards, kOutputShards);
  deployment.fill(kEvents);
  deployment.server.with([](model::Service& service) {
    model::FaultRates rates;
    rates.reject_records = 0.2;
    rates.lose_response = 0.03;
    rates.truncate = 0.02;
    service.faults().set_rates(rates);
  });
  Pipeline pipeline(deployment.input_options(), deployment.output_options());
  run_to_the_end(deployment, pipeline);
  const model::Stats stats = deployment.stats();
  EXPECT_GT(stats.lost_response_records, 0u);
  EXPECT_LE(static_cast<uint64_t>(expect_all_delivered(deployment)), stats.lost_response_records);
  expect_emitted_in_the_order_of_each_shard(deployment, pipeline);
}

TEST(e2e, after_an_orderly_shutdown_nothing_is_read_again) {
  Deployment deployment(2, 40);
  deployment.fill(2000);
  {
    Pipeline first(deployment.input_options(), deployment.output_options());
    run_to_the_end(deployment, first);
  }
  const size_t before = deployment.expected.size();
  deployment.fill(1000);
  Pipeline second(deployment.input_options(), deployment.output_options());
  const size_t more = deployment.expected.size() - before;
  EXPECT_TRUE(second.run_until([&] { return second.emitted().size() >= more && second.in_flight() == 0; }, 60));
  second.close();
  EXPECT_EQ(second.emitted().size(), more);
  EXPECT_EQ(expect_all_delivered(deployment), 0);
}

TEST(e2e, invalid_records_become_dead_letters_with_their_reason_and_all_good_events_arrive) {
  Deployment deployment(2, 4);
  const auto good = [&](const std::string& id) {
    deployment.expected.insert(id);
    return gzip(message("/aws/lambda/orders", "s", {{id, "all is well"}}));
  };
  const std::string truncated = gzip(message("/aws/lambda/orders", "s", some_events("cut-", 20)));
  deployment.put("a", good("good-1"));
  deployment.put("a", "\x1F\x8B, but no gzip");
  deployment.put("a", truncated.substr(0, truncated.size() / 2));
  deployment.put("a", gzip(std::string(64 << 20, ' ')));
  deployment.put("a", gzip(R"({"messageType":"DATA_MESSAGE","logEvents":[{"id":"x","mess)"));
  deployment.put("a", good("good-2"));
  deployment.put("a",
                 gzip(R"({"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"",)"
                      R"("subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1510254469274,)"
                      R"("message":"CWL CONTROL MESSAGE: Checking health of destination Kinesis stream."}]})"));
  deployment.put("a",
                 gzip(message("/aws/lambda/orders", "s",
                              {{"good-3", "before"}, {"good-4", "it has no time", ""}, {"good-5", "after"}})));
  for (const char* id : {"good-3", "good-4", "good-5"}) deployment.expected.insert(id);
  deployment.put("b", good("good-6"));

  Pipeline pipeline(deployment.input_options(), deployment.output_options());
  EXPECT_TRUE(pipeline.run_until(
      [&] {
        return pipeline.emitted().size() >= deployment.expected.size() && pipeline.in_flight() == 0 &&
               pipeline.input().stat("dead_letter_records") == 4 && pipeline.input().stat("open_records") == 0;
      },
      60));
  EXPECT_EQ(pipeline.input().stat("control_messages"), 1);
  pipeline.close();

  const std::map<std::string, int> delivered = deployment.delivered();
  EXPECT_EQ(delivered.size(), deployment.expected.size());
  for (const std::string& id : deployment.expected) EXPECT_EQ(delivered.count(id), 1u) << id;

  const std::string failures = read_file(deployment.folder.path("input-failures.jsonl"));
  EXPECT_EQ(std::count(failures.begin(), failures.end(), '\n'), 4);
  EXPECT_EQ(failures.find("\"reason\":\"\""), std::string::npos) << failures.substr(0, 2000);
  for (const char* said : {"\"stage\":\"input\"", "\"stream\":\"in\"", "\"sequence_number\":\"",
                           "\"partition_key\":\"a\"", "limit 16777216 bytes"})
    EXPECT_NE(failures.find(said), std::string::npos) << said << " is not in " << failures.substr(0, 2000);
}

}  // namespace
}  // namespace penstock::e2e
