// The output in the agent: its return codes, and that a chunk flushed again is not sent again.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/fluentbit/agent_harness.h"
#include "tests/fluentbit/metrics_store.h"
#include "tests/fluentbit/small_stack.h"

namespace penstock::test_agent {
namespace {

using e2e::Deployment;

// Returns a chunk of log events with the IDs id_prefix0, id_prefix1, ...
Chunk chunk_of(const std::string& id_prefix, int events) {
  Chunk chunk{"lambda", ""};
  for (int i = 0; i < events; ++i) chunk.data += log_event(id_prefix + std::to_string(i), "a line");
  return chunk;
}

// How many records the stream has, and how many of them are duplicates.
struct Delivered {
  size_t records = 0;
  int copies = 0;
};
Delivered delivered(Deployment& deployment) {
  Delivered all;
  for (const auto& [id, times] : deployment.delivered()) {
    all.records += static_cast<size_t>(times);
    all.copies += times - 1;
  }
  return all;
}

void reject(Deployment& deployment, double share) {
  deployment.server.with([&](model::Service& service) {
    model::FaultRates rates;
    rates.reject_records = share;
    service.faults().set_rates(rates);
  });
}

// Flushes repeatedly, as the agent does with Retry_Limit no_limits. Returns the number of flushes.
int flush_until_accepted(Output& output, const Chunk& chunk) {
  int flushes = 0;
  EXPECT_TRUE(until([&] {
    ++flushes;
    return output.flush(chunk) == kFlushOk;
  })) << log_book().all();
  return flushes;
}

std::vector<std::string> bodies(Deployment& deployment) {
  std::vector<std::string> all;
  deployment.server.with([&](model::Service& service) {
    service.each_record("out",
                        [&](const model::Shard&, const model::Record& record) { all.push_back(record.data); });
  });
  return all;
}

TEST(fluentbit_output, what_was_delivered_last_is_among_the_metrics_of_the_agent_without_another_flush) {
  Deployment deployment(1, 1);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush(chunk_of("a", 50)), kFlushOk);
  EXPECT_EQ(output.flush(chunk_of("b", 50)), kFlushOk);
  EXPECT_TRUE(until([&] {
    return metrics_store().find(output.handle(), "penstock_output_delivered_records_total").value == 100;
  }));
  output.exit();
}

class fluentbit_output_in : public testing::TestWithParam<Version> {};

TEST_P(fluentbit_output_in, every_version_delivers_a_chunk_on_a_coroutines_stack) {
  Deployment deployment(1, 2);
  Agent agent(GetParam());
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush(chunk_of("a", 300)), kFlushOk) << log_book().all();
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 300u);
  EXPECT_EQ(delivered(deployment).copies, 0);
  RecordProperty("stack_used_bytes", static_cast<int>(output.stack_used_bytes()));
  EXPECT_LT(output.stack_used_bytes(), kCoroutineBytes / 3) << "the agent's own frames need stack too";
}

INSTANTIATE_TEST_SUITE_P(fluentbit_output, fluentbit_output_in, testing::ValuesIn(kVersions),
                         [](const auto& of) { return name_for_test(of.param); });

TEST(fluentbit_output, twenty_percent_rejected_records_duplicate_nothing) {
  Deployment deployment(1, 8);
  reject(deployment, 0.2);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  for (int i = 0; i < 10; ++i) flush_until_accepted(output, chunk_of(std::to_string(i) + "-", 400));
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 4000u);
  EXPECT_EQ(delivered(deployment).copies, 0);
  EXPECT_GT(deployment.stats().records_rejected_by_faults, 400u);
}

TEST(fluentbit_output, records_that_a_flush_did_not_deliver_in_time_are_retried_without_the_delivered_ones) {
  Deployment deployment(1, 4);
  reject(deployment, 0.9);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment, {{"flush_timeout", "20ms"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  const Chunk chunk = chunk_of("a", 500);
  ASSERT_EQ(output.flush(chunk), kFlushRetry) << log_book().all();
  EXPECT_TRUE(until([&] { return delivered(deployment).records > 0; })) << log_book().all();
  reject(deployment, 0);
  flush_until_accepted(output, chunk);
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 500u);
  EXPECT_EQ(delivered(deployment).copies, 0);
}

TEST(fluentbit_output, a_chunk_that_ended_after_its_flush_is_reported_at_once) {
  Deployment deployment(1, 4);
  reject(deployment, 1);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment, {{"flush_timeout", "20ms"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  const Chunk chunk = chunk_of("a", 100);
  ASSERT_EQ(output.flush(chunk), kFlushRetry) << log_book().all();
  reject(deployment, 0);
  EXPECT_TRUE(until([&] { return delivered(deployment).records == 100; })) << log_book().all();
  EXPECT_EQ(flush_until_accepted(output, chunk), 1);
  output.exit();
  EXPECT_EQ(delivered(deployment).copies, 0);
}

TEST(fluentbit_output, two_equal_chunks_are_both_delivered) {
  Deployment deployment(1, 4);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  const Chunk chunk = chunk_of("a", 100);
  EXPECT_EQ(output.flush(chunk), kFlushOk);
  EXPECT_EQ(output.flush(chunk), kFlushOk);
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 200u);
}

TEST(fluentbit_output, two_equal_chunks_that_both_timed_out_are_both_delivered) {
  Deployment deployment(1, 4);
  reject(deployment, 1);
  Agent agent;
  Output output(agent.out, agent.pipeline,
                output_section(deployment, {{"workers", "2"}, {"flush_timeout", "50ms"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  const Chunk chunk = chunk_of("a", 100);
  auto first = std::async(std::launch::async, [&] { return output.flush(chunk); });
  EXPECT_EQ(output.flush(chunk), kFlushRetry);
  EXPECT_EQ(first.get(), kFlushRetry);
  reject(deployment, 0);
  flush_until_accepted(output, chunk);
  flush_until_accepted(output, chunk);
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 200u);
}

TEST(fluentbit_output, equal_bytes_with_another_tag_are_another_chunk) {
  Deployment deployment(1, 4);
  reject(deployment, 1);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment, {{"flush_timeout", "20ms"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  const Chunk chunk = chunk_of("a", 100);
  const Chunk other{"other", chunk.data};
  ASSERT_EQ(output.flush(chunk), kFlushRetry);
  reject(deployment, 0);
  flush_until_accepted(output, other);
  flush_until_accepted(output, chunk);
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 200u);
}

TEST(fluentbit_output, four_concurrent_workers_deliver_everything_and_duplicate_nothing) {
  Deployment deployment(1, 16);
  reject(deployment, 0.2);
  Agent agent;
  Output output(agent.out, agent.pipeline,
                output_section(deployment, {{"workers", "4"}, {"flush_timeout", "100ms"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  std::vector<std::future<void>> flushes(4);
  for (size_t of = 0; of < flushes.size(); ++of)
    flushes[of] = std::async(std::launch::async, [&, of] {
      for (int i = 0; i < 8; ++i)
        flush_until_accepted(output, chunk_of(std::to_string(of) + "-" + std::to_string(i) + "-", 100));
    });
  for (std::future<void>& flush : flushes) flush.get();
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 3200u);
  EXPECT_EQ(delivered(deployment).copies, 0);
  EXPECT_LT(output.stack_used_bytes(), kCoroutineBytes / 3);
}

TEST(fluentbit_output, two_outputs_each_deliver_to_their_stream) {
  Deployment deployment(1, 2);
  deployment.server.with([](model::Service& service) { service.create_stream("out-2", 2); });
  Agent agent;
  Output one(agent.out, agent.pipeline, output_section(deployment));
  Output two(agent.out, agent.pipeline,
             output_section(deployment, {{"stream", "out-2"},
                                         {"on_failure", "file:" + deployment.folder.path("failures-2.jsonl")}}));
  ASSERT_GT(one.init(), 0) << log_book().all();
  ASSERT_GT(two.init(), 0) << log_book().all();
  EXPECT_EQ(one.flush(chunk_of("a", 100)), kFlushOk);
  EXPECT_EQ(two.flush(chunk_of("b", 70)), kFlushOk);
  one.exit();
  EXPECT_EQ(two.flush(chunk_of("c", 30)), kFlushOk) << "the other one has ended, not this one";
  two.exit();
  size_t second = 0;
  deployment.server.with([&](model::Service& service) {
    service.each_record("out-2", [&](const model::Shard&, const model::Record&) { ++second; });
  });
  EXPECT_EQ(delivered(deployment).records, 100u);
  EXPECT_EQ(second, 100u);
}

TEST(fluentbit_output, events_in_every_form_are_sent_as_json) {
  Deployment deployment(1, 1);
  Chunk chunk{"t", ""};
  chunk.data += Pack().array(2).event_time(1, 2).map(1).text("form").text("legacy").bytes;
  chunk.data += Pack().array(2).integer(1566741555).map(1).text("form").text("whole seconds").bytes;
  chunk.data +=
      Pack().array(2).array(2).event_time(1, 2).map(1).text("m").nil().map(1).text("form").text("new").bytes;
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush(chunk), kFlushOk) << log_book().all();
  output.exit();
  EXPECT_EQ(bodies(deployment), (std::vector<std::string>{R"({"form":"legacy"})", R"({"form":"whole seconds"})",
                                                          R"({"form":"new"})"}));
}

TEST(fluentbit_output, group_markers_are_not_records) {
  Deployment deployment(1, 1);
  const auto marker = [](uint32_t seconds) {
    return Pack().array(2).array(2).event_time(seconds, 0).map(1).text("schema").text("otlp").map(0).bytes;
  };
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush({"t", marker(0xffffffff) + log_event("1", "inside") + marker(0xfffffffe)}), kFlushOk);
  output.exit();
  ASSERT_EQ(bodies(deployment).size(), 1u);
  EXPECT_NE(bodies(deployment)[0].find("inside"), std::string::npos);
}

TEST(fluentbit_output, unusual_msgpack_is_sent_as_valid_json) {
  Deployment deployment(1, 1);
  Pack event;
  event.array(2).event_time(1, 2).map(6);
  event.integer(7).text("a key that is not a string");
  event.text("not UTF-8: \xff").text("\xc3(");
  event.text("bytes").binary(std::string_view("\x00\x01", 2));
  event.text("not a number").raw("\xcb").number(0x7ff8000000000000, 8);
  event.text("extension").raw("\xd4\x05x");
  event.text("large").raw("\xcf").number(UINT64_MAX, 8);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush({"t", event.bytes}), kFlushOk) << log_book().all();
  output.exit();
  ASSERT_EQ(bodies(deployment).size(), 1u);
  const std::string body = bodies(deployment)[0];
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(body.data(), body.size());
  ASSERT_FALSE(document.HasParseError()) << body;
  ASSERT_TRUE(document.IsObject()) << body;
  EXPECT_EQ(document.MemberCount(), 6u) << body;
  ASSERT_TRUE(document.HasMember("large")) << body;
  EXPECT_EQ(document["large"].GetUint64(), UINT64_MAX);
  ASSERT_TRUE(document.HasMember("not a number")) << body;
  EXPECT_TRUE(document["not a number"].IsNull());
}

TEST(fluentbit_output, a_malformed_tail_does_not_affect_earlier_records_of_a_chunk) {
  Deployment deployment(1, 1);
  Chunk chunk = chunk_of("a", 20);
  chunk.data += log_event("cut", "a line").substr(0, 25);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush(chunk), kFlushOk) << log_book().all();
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 20u);
}

TEST(fluentbit_output, a_chunk_that_is_not_msgpack_is_an_error_and_logged) {
  Deployment deployment(1, 1);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush({"t", "\xc1 this is not msgpack"}), kFlushError);
  EXPECT_EQ(output.flush(chunk_of("a", 10)), kFlushOk) << "and the next chunk is not affected";
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 10u);
}

TEST(fluentbit_output, a_record_that_can_never_be_sent_is_a_dead_letter_and_its_chunk_is_done) {
  Deployment deployment(1, 1);
  Chunk chunk = chunk_of("a", 3);
  chunk.data += log_event("too-large", std::string(2 << 20, 'x'));
  chunk.data += chunk_of("b", 3).data;
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush(chunk), kFlushOk) << log_book().all();
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 6u);
  EXPECT_NE(e2e::read_file(deployment.folder.path("output-failures.jsonl")), "");
}

TEST(fluentbit_output, poison_records_cost_a_chunk_no_other_record) {
  Deployment deployment(1, 1);
  deployment.server.with([](model::Service& service) { service.faults().reject_calls_with("poison"); });
  Chunk chunk{"lambda", ""};
  for (int i = 0; i < 500; ++i) chunk.data += log_event(std::to_string(i), i % 10 == 7 ? "poison" : "good");
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment, {{"record_retry_limit", "0"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  flush_until_accepted(output, chunk);
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 450u);
  EXPECT_EQ(delivered(deployment).copies, 0);
  const std::string failures = e2e::read_file(deployment.folder.path("output-failures.jsonl"));
  EXPECT_EQ(std::count(failures.begin(), failures.end(), '\n'), 50);
}

TEST(fluentbit_output, a_chunk_larger_than_the_memory_limit_is_delivered_once) {
  Deployment deployment(1, 32);
  Chunk chunk{"t", ""};
  for (int i = 0; i < 200; ++i) chunk.data += log_event(std::to_string(i), std::string(40'000, 'x'));
  Agent agent;
  Output output(agent.out, agent.pipeline,
                output_section(deployment, {{"mem_limit", "2m"}, {"flush_timeout", "50ms"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  flush_until_accepted(output, chunk);
  output.exit();
  EXPECT_EQ(delivered(deployment).records, 200u);
  EXPECT_EQ(delivered(deployment).copies, 0);
}

TEST(fluentbit_output, a_shutdown_while_everything_is_rejected_does_not_hang_and_leaves_the_chunk_to_the_agent) {
  Deployment deployment(1, 1);
  reject(deployment, 1);
  Agent agent;
  const Chunk chunk = chunk_of("a", 100);
  {
    Output output(agent.out, agent.pipeline, output_section(deployment, {{"flush_timeout", "20ms"}}));
    ASSERT_GT(output.init(), 0) << log_book().all();
    EXPECT_EQ(output.flush(chunk), kFlushRetry) << log_book().all();
    output.exit();
  }
  reject(deployment, 0);
  Output again(agent.out, agent.pipeline, output_section(deployment));
  ASSERT_GT(again.init(), 0) << log_book().all();
  EXPECT_EQ(flush_until_accepted(again, chunk), 1);
  again.exit();
  EXPECT_EQ(delivered(deployment).records, 100u);
}

TEST(fluentbit_output, an_invalid_output_option_is_reported_by_name_and_value_and_nothing_starts) {
  Deployment deployment(1, 1);
  Agent agent;
  Output output(agent.out, agent.pipeline, output_section(deployment, {{"flush_timeout", "a while"}}));
  EXPECT_LE(output.init(), 0);
  EXPECT_TRUE(log_book().says(LogBook::kError, "flush_timeout")) << log_book().all();
  EXPECT_TRUE(log_book().says(LogBook::kError, "a while")) << log_book().all();
}

TEST(fluentbit_output, time_key_and_data_keys_change_the_record_that_is_sent) {
  Deployment deployment(1, 1);
  Agent agent;
  Output output(agent.out, agent.pipeline,
                output_section(deployment, {{"Time_Key", "at"}, {"data_keys", "event_id"}}));
  ASSERT_GT(output.init(), 0) << log_book().all();
  EXPECT_EQ(output.flush({"t", log_event("7", "a line")}), kFlushOk) << log_book().all();
  output.exit();
  ASSERT_EQ(bodies(deployment).size(), 1u);
  EXPECT_EQ(bodies(deployment)[0], R"({"event_id":"7","at":"2019-08-25T13:59:15"})");
}

}  // namespace
}  // namespace penstock::test_agent
