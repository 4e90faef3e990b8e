// The input with checkpoint_after delivery or handover: when a record counts as read.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/fluentbit/agent_harness.h"
#include "tests/gzip.h"

namespace penstock::test_agent {
namespace {

using e2e::Deployment;

constexpr size_t kReceiptBytes = 40;

Properties delivery_section(const Deployment& deployment, const Properties& more = {}) {
  return input_section(deployment, with({{"checkpoint_after", "delivery"}}, more));
}

// Puts one source record with events of these IDs.
void put(Deployment& deployment, const std::vector<std::string>& ids) {
  std::vector<e2e::Event> events(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) events[i] = {ids[i], "a line"};
  deployment.put("key", gzip(e2e::message("/aws/lambda/orders", "s", events)));
}

// Collects until all these events have arrived. Returns the chunks, in order.
std::vector<Chunk> chunks_with(Input& input, const std::set<std::string>& ids) {
  std::vector<Chunk> chunks;
  Arrived arrived;
  EXPECT_TRUE(until([&] {
    input.collect();
    input.drain_ring();
    const std::vector<Chunk> more = input.take();
    arrived.add(more);
    chunks.insert(chunks.end(), more.begin(), more.end());
    return arrived.holds(ids);
  })) << log_book().all();
  return chunks;
}

// Returns each event of the chunks as a chunk of its own.
std::vector<Chunk> singly(const std::vector<Chunk>& chunks) {
  std::vector<Chunk> single;
  for (const Chunk& chunk : chunks)
    for (std::string_view rest = chunk.data; !rest.empty();) {
      const std::string_view before = rest;
      take_value(rest);
      single.push_back({chunk.tag, std::string(before.substr(0, before.size() - rest.size()))});
    }
  return single;
}

// Returns all events in one chunk, as the agent collects them under one tag.
Chunk together(const std::vector<Chunk>& chunks) {
  Chunk all{"t", ""};
  for (const Chunk& chunk : chunks) all.data += chunk.data;
  return all;
}

// Changes the bytes of every receipt in the chunk.
Chunk with_receipts(Chunk chunk, const std::function<void(char* receipt)>& change) {
  const std::string mark = std::string("penstock\xc4") + static_cast<char>(kReceiptBytes);
  size_t found = 0;
  for (size_t at = chunk.data.find(mark); at != std::string::npos; at = chunk.data.find(mark, at + mark.size())) {
    change(chunk.data.data() + at + mark.size());
    ++found;
  }
  EXPECT_GT(found, 0u);
  return chunk;
}

// The input and the output in one agent.
struct Ends {
  explicit Ends(Deployment& deployment, const Properties& more_for_input = {})
      : input(agent.in, agent.pipeline, delivery_section(deployment, more_for_input)),
        output(agent.out, agent.pipeline, output_section(deployment)) {
    EXPECT_GT(output.init(), 0) << log_book().all();
    EXPECT_GT(input.init(), 0) << log_book().all();
  }
  void flush(const std::vector<Chunk>& chunks) {
    for (const Chunk& chunk : chunks) EXPECT_EQ(output.flush(chunk), kFlushOk) << log_book().all();
  }
  void exit() {
    input.pause();
    output.exit();
    input.exit();
  }
  Agent agent;
  Input input;
  Output output;
};

TEST(fluentbit_input, with_checkpoint_after_delivery_each_record_has_a_receipt) {
  Deployment deployment(1, 4);
  put(deployment, {"1", "2"});
  Ends ends(deployment);
  std::set<std::string> receipts;
  for (const Chunk& chunk : chunks_with(ends.input, {"1", "2"}))
    for (const Event& event : events_of(chunk.data)) {
      const Value* const receipt = event.metadata.find("penstock");
      ASSERT_NE(receipt, nullptr);
      EXPECT_EQ(receipt->kind, Value::Kind::binary);
      EXPECT_EQ(receipt->bytes.size(), kReceiptBytes);
      receipts.insert(receipt->bytes);
    }
  EXPECT_EQ(receipts.size(), 2u);
  EXPECT_TRUE(log_book().says(LogBook::kWarning, "experimental")) << log_book().all();
  ends.exit();
}

TEST(fluentbit_input, with_checkpoint_after_delivery_delivered_records_are_not_read_again) {
  Deployment deployment(1, 4);
  deployment.fill(1000);
  Ends ends(deployment);
  ends.flush(chunks_with(ends.input, deployment.expected));
  ends.exit();
  EXPECT_TRUE(read_by_the_next(deployment, ends.agent).empty());
  EXPECT_EQ(deployment.delivered().size(), deployment.expected.size());
}

TEST(fluentbit_input, with_checkpoint_after_delivery_undelivered_records_are_read_again) {
  Deployment deployment(1, 4);
  put(deployment, {"1", "2"});
  put(deployment, {"3", "4"});
  put(deployment, {"5", "6"});
  Ends ends(deployment);
  const std::vector<Chunk> single = singly(chunks_with(ends.input, {"1", "2", "3", "4", "5", "6"}));
  ASSERT_EQ(single.size(), 6u);
  // All of the first record, half of the second, all of the third.
  for (const size_t i : {0u, 1u, 2u, 4u, 5u}) ends.flush({single[i]});
  ends.exit();
  const std::map<std::string, int> again = read_by_the_next(deployment, ends.agent);
  EXPECT_EQ(again, (std::map<std::string, int>{{"3", 1}, {"4", 1}, {"5", 1}, {"6", 1}}));
}

TEST(fluentbit_input, with_checkpoint_after_delivery_a_record_delivered_twice_counts_once) {
  Deployment deployment(1, 4);
  put(deployment, {"1", "2"});
  Ends ends(deployment);
  const std::vector<Chunk> single = singly(chunks_with(ends.input, {"1", "2"}));
  ASSERT_EQ(single.size(), 2u);
  ends.flush({single[0], single[0]});
  ends.exit();
  EXPECT_EQ(read_by_the_next(deployment, ends.agent).size(), 2u);
}

TEST(fluentbit_input, with_checkpoint_after_delivery_forged_receipts_count_for_nothing_and_lose_no_record) {
  Deployment deployment(1, 4);
  put(deployment, {"1", "2"});
  Ends ends(deployment);
  const std::vector<Chunk> real = chunks_with(ends.input, {"1", "2"});
  std::vector<Chunk> forged;
  for (size_t byte = 0; byte < kReceiptBytes; ++byte)
    for (const Chunk& chunk : real)
      forged.push_back(
          with_receipts(chunk, [&](char* receipt) { receipt[byte] = static_cast<char>(receipt[byte] ^ 1); }));
  ends.flush({together(forged)});
  ends.flush({{"t", Pack()
                        .array(2)
                        .array(2)
                        .event_time(1, 2)
                        .map(1)
                        .text("penstock")
                        .binary("short")
                        .map(1)
                        .text("event_id")
                        .text("short")
                        .bytes}});
  ends.exit();
  EXPECT_EQ(read_by_the_next(deployment, ends.agent).size(), 2u);
  const std::map<std::string, int> delivered = deployment.delivered();
  EXPECT_EQ(delivered.at("1"), static_cast<int>(kReceiptBytes));
  EXPECT_EQ(delivered.at("short"), 1);
}

TEST(fluentbit_input, with_checkpoint_after_delivery_receipts_of_an_ended_instance_count_for_nothing) {
  Deployment deployment(1, 4);
  put(deployment, {"1", "2"});
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  std::vector<Chunk> old;
  {
    Input input(agent.in, agent.pipeline, delivery_section(deployment));
    ASSERT_GT(input.init(), 0) << log_book().all();
    old = chunks_with(input, {"1", "2"});
    input.exit();
  }
  {
    Input input(agent.in, agent.pipeline, delivery_section(deployment));
    ASSERT_GT(input.init(), 0) << log_book().all();
    chunks_with(input, {"1", "2"});
    for (const Chunk& chunk : old) EXPECT_EQ(output.flush(chunk), kFlushOk);
    input.exit();
  }
  EXPECT_EQ(read_by_the_next(deployment, agent).size(), 2u);
  output.exit();
}

TEST(fluentbit_input, with_checkpoint_after_delivery_reading_stops_at_the_cap_and_continues) {
  Deployment deployment(1, 16);
  deployment.fill(4000);
  Ends ends(deployment, {{"max_unacknowledged", "64k"}});
  std::vector<Chunk> chunks;
  EXPECT_TRUE(until([&] {
    ends.input.collect();
    const std::vector<Chunk> more = ends.input.take();
    chunks.insert(chunks.end(), more.begin(), more.end());
    return log_book().says(LogBook::kWarning, "shardId-000000000000");
  })) << log_book().all();
  std::string sequence_number;
  deployment.server.with([&](model::Service& service) {
    sequence_number = service.stream("in")->shards().front().records.front().sequence_number.text();
  });
  EXPECT_TRUE(log_book().says(LogBook::kWarning, sequence_number)) << sequence_number << log_book().all();
  EXPECT_EQ(log_book().count(LogBook::kWarning, "shardId-000000000000"), 1) << log_book().all();
  Arrived arrived;
  arrived.add(chunks);
  EXPECT_LT(arrived.events(), 2000u);
  ends.flush(chunks);
  EXPECT_TRUE(until([&] {
    ends.input.collect();
    const std::vector<Chunk> more = ends.input.take();
    arrived.add(more);
    ends.flush(more);
    return arrived.holds(deployment.expected);
  })) << log_book().all();
  ends.exit();
  EXPECT_EQ(arrived.copies(), 0);
  EXPECT_EQ(read_by_the_next(deployment, ends.agent), (std::map<std::string, int>{}));
}

TEST(fluentbit_input, with_checkpoint_after_delivery_records_lost_in_the_ring_are_read_again) {
  Deployment deployment(1, 4);
  deployment.fill(1000);
  Ends ends(deployment, {{"threaded", "on"}});
  EXPECT_TRUE(until([&] {
    ends.input.collect();
    return ends.input.in_ring() > 0;
  })) << log_book().all();
  ends.exit();
  EXPECT_EQ(read_by_the_next(deployment, ends.agent).size(), deployment.expected.size());
}

TEST(fluentbit_input, with_checkpoint_after_delivery_a_full_ring_loses_nothing) {
  Deployment deployment(2, 8);
  deployment.fill(5000);
  Ends ends(deployment, {{"threaded", "on"}, {"tag_format", "$log_stream"}, {"chunk_bytes", "1k"}});
  EXPECT_TRUE(until([&] {
    ends.input.collect();
    return ends.input.rejected() > 0;
  })) << ends.input.in_ring()
      << " in the ring; " << log_book().all();
  ends.flush({together(chunks_with(ends.input, deployment.expected))});
  ends.exit();
  EXPECT_EQ(deployment.delivered().size(), deployment.expected.size());
}

TEST(fluentbit_input, with_checkpoint_after_delivery_records_that_failed_are_not_done) {
  Deployment deployment(1, 1);
  put(deployment, {"1", "2"});
  deployment.server.with([](model::Service& service) {
    model::FaultRates rates;
    rates.reject_records = 1;
    service.faults().set_rates(rates);
  });
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment, {{"flush_timeout", "20ms"}}));
  Input input(agent.in, agent.pipeline, delivery_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  ASSERT_GT(input.init(), 0) << log_book().all();
  for (const Chunk& chunk : chunks_with(input, {"1", "2"})) EXPECT_EQ(output.flush(chunk), kFlushRetry);
  output.exit();
  input.exit();
  EXPECT_EQ(read_by_the_next(deployment, agent).size(), 2u);
}

TEST(fluentbit_input, with_checkpoint_after_handover_threads_are_allowed_and_possible_losses_are_logged) {
  Deployment deployment(1, 1);
  deployment.fill(1000);
  Agent agent;
  {
    Input input(agent.in, agent.pipeline,
                input_section(deployment, {{"checkpoint_after", "handover"}, {"threaded", "on"}}));
    ASSERT_GT(input.init(), 0) << log_book().all();
    EXPECT_TRUE(log_book().says(LogBook::kWarning, "checkpoint_after handover")) << log_book().all();
    chunks_with(input, deployment.expected);
    input.exit();
  }
  EXPECT_TRUE(read_by_the_next(deployment, agent).empty());
}

}  // namespace
}  // namespace penstock::test_agent
