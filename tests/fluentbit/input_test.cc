// The input in the agent, with checkpoint_after append: a record that the agent has accepted is done, and no other
// is.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/fluentbit/agent_harness.h"
#include "tests/fluentbit/metrics_store.h"
#include "tests/gzip.h"

namespace penstock::test_agent {
namespace {

using e2e::Deployment;

class fluentbit_input_in : public testing::TestWithParam<Version> {};

TEST_P(fluentbit_input_in, every_version_delivers_all_records_once) {
  Deployment deployment(2, 1);
  deployment.fill(2000);
  Agent agent(GetParam());
  Input input(agent.in, agent.pipeline, input_section(deployment));
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, deployment.expected)) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.copies(), 0);
  EXPECT_EQ(arrived.tags(), std::set<std::string>{"lambda"});
  EXPECT_EQ(input.wrong_thread_appends(), 0u);
  EXPECT_EQ(input.miscounted_appends(), 0u);
  EXPECT_EQ(deployment.stats().unsigned_requests, 0u);
}

INSTANTIATE_TEST_SUITE_P(fluentbit_input, fluentbit_input_in, testing::ValuesIn(kVersions),
                         [](const auto& of) { return name_for_test(of.param); });

TEST(fluentbit_input, the_counters_of_the_input_and_of_its_filter_are_among_the_metrics_of_the_agent) {
  Deployment deployment(2, 1);
  deployment.fill(2000);
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment));
  ASSERT_GT(input.init(), 0) << log_book().all();
  const auto metric = [&](const char* name) { return metrics_store().find(input.handle(), name); };
  EXPECT_EQ(metric("penstock_input_emitted_events_total").value, 0);
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, deployment.expected)) << log_book().all();
  const auto events = static_cast<double>(deployment.expected.size());
  EXPECT_TRUE(until([&] {
    input.collect();
    return metric("penstock_input_emitted_events_total").value == events &&
           metric("penstock_filter_received_records_total").value == events;
  }));
  EXPECT_EQ(metric("penstock_input_emitted_events_total").label, Input::name());
  EXPECT_GE(metric("penstock_input_lag_seconds").value, 0);
  EXPECT_LT(metric("penstock_input_lag_seconds").value, 100) << "in seconds";
  EXPECT_EQ(metric("penstock_input_shard_lag_seconds").value, -1) << "it has labels";
  input.exit();
}

TEST(fluentbit_input, a_chunk_that_the_agent_rejects_is_offered_until_accepted) {
  Deployment deployment(2, 1);
  deployment.fill(4000);
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"chunk_bytes", "16k"}}));
  input.accept_if([n = 0](const Chunk&) mutable { return ++n % 3 == 0; });
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, deployment.expected)) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.copies(), 0);
  EXPECT_GT(input.rejected(), 100u);
}

TEST(fluentbit_input, records_that_the_agent_never_accepted_are_read_again_after_a_restart) {
  Deployment deployment(2, 1);
  deployment.fill(4000);
  Agent agent;
  Arrived arrived;
  {
    Input input(agent.in, agent.pipeline, input_section(deployment, {{"chunk_bytes", "16k"}}));
    input.accept_if([n = 0](const Chunk&) mutable { return ++n <= 20; });
    ASSERT_GT(input.init(), 0) << log_book().all();
    EXPECT_TRUE(until([&] {
      input.collect();
      arrived.add(input.take());
      return input.rejected() > 5;
    })) << log_book().all();
    input.exit();
  }
  EXPECT_GT(arrived.events(), 0u);
  EXPECT_FALSE(arrived.holds(deployment.expected));
  Input again(agent.in, agent.pipeline, input_section(deployment));
  ASSERT_GT(again.init(), 0) << log_book().all();
  Arrived rest;
  std::set<std::string> missing;
  for (const std::string& id : deployment.expected)
    if (!arrived.times().contains(id)) missing.insert(id);
  EXPECT_TRUE(collect(again, rest, missing)) << log_book().all();
  again.exit();
  EXPECT_LT(rest.events(), deployment.expected.size()) << "complete accepted records are not read again";
}

TEST(fluentbit_input, after_an_orderly_end_no_record_is_read_again) {
  Deployment deployment(2, 1);
  deployment.fill(1000);
  Agent agent;
  {
    Input input(agent.in, agent.pipeline, input_section(deployment));
    ASSERT_GT(input.init(), 0) << log_book().all();
    Arrived arrived;
    EXPECT_TRUE(collect(input, arrived, deployment.expected)) << log_book().all();
    input.exit();
  }
  const std::set<std::string> before = deployment.expected;
  deployment.fill(400);
  std::set<std::string> fresh;
  for (const std::string& id : deployment.expected)
    if (!before.contains(id)) fresh.insert(id);
  Input again(agent.in, agent.pipeline, input_section(deployment));
  ASSERT_GT(again.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(again, arrived, fresh)) << log_book().all();
  again.exit();
  EXPECT_EQ(arrived.events(), fresh.size());
}

TEST(fluentbit_input, the_checkpoint_passes_source_records_that_drop_removes_completely) {
  Deployment deployment(1, 1);
  const auto put = [&](const std::string& id, const std::string& text) {
    deployment.put("a", gzip(e2e::message("/aws/lambda/orders", "s", {{id, text}})));
  };
  for (const char* id : {"start-1", "start-2"}) put(id, "START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001");
  put("line", "hello");
  put("start-3", "START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001");
  put("last", "hello again");
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"drop", "start"}}));
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, {"line", "last"})) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.events(), 2u);
  // An instance with default options, so that nothing is dropped.
  const std::map<std::string, int> later = read_by_the_next(deployment, agent);
  for (const char* id : {"start-1", "start-2", "line", "start-3"}) EXPECT_EQ(later.count(id), 0u) << id;
}

TEST(fluentbit_input, a_paused_input_returns_nothing_in_its_callback_or_event) {
  Deployment deployment(1, 1);
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment));
  input.open_event_loop();
  ASSERT_GT(input.init(), 0) << log_book().all();
  input.pause();
  deployment.fill(1000);
  ASSERT_TRUE(until([&] { return deployment.stats().records_read >= 5; }))
      << "it continues to read, up to its limit";
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(input.callback(), 0u);
    input.serve_events(2);
  }
  EXPECT_TRUE(input.take().empty());
  EXPECT_EQ(input.rejected(), 0u) << "and nothing is offered";
  input.resume();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, deployment.expected)) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.copies(), 0);
}

TEST(fluentbit_input, the_inputs_event_delivers_records_without_the_timed_callback) {
  Deployment deployment(1, 1);
  deployment.fill(1000);
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment));
  input.open_event_loop();
  ASSERT_GT(input.init(), 0) << log_book().all();
  EXPECT_EQ(input.event_loop()->events(), 1u);
  Arrived arrived;
  EXPECT_TRUE(until([&] {
    input.serve_events(20);
    arrived.add(input.take());
    return arrived.holds(deployment.expected);
  })) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.copies(), 0);
  EXPECT_EQ(input.event_loop()->events(), 0u) << "still in the loop of an agent that continues";
}

TEST(fluentbit_input, two_inputs_each_deliver_the_records_of_their_stream) {
  Deployment deployment(1, 1);
  deployment.fill(600);
  std::set<std::string> second_ids;
  deployment.server.with([&](model::Service& service) {
    service.create_stream("in-2", 1);
    for (int i = 0; i < 5; ++i) {
      const std::vector<e2e::Event> events = e2e::some_events("second-" + std::to_string(i) + "-", 100);
      for (const e2e::Event& event : events) second_ids.insert(event.id);
      service.preload("in-2", "key", gzip(e2e::message("/second", "stream", events)));
    }
  });
  const Properties second = {{"stream", "in-2"},
                             {"tag", "second"},
                             {"checkpoint", "file:" + deployment.folder.path("checkpoint-2")},
                             {"on_failure", "file:" + deployment.folder.path("failures-2.jsonl")}};
  for (const Version& version : {k4_0, k5_1_1}) {
    SCOPED_TRACE(version.name);
    Agent agent(version);
    Input one(agent.in, agent.pipeline, input_section(deployment, {{"checkpoint", "memory"}}));
    Input two(agent.in, agent.pipeline, input_section(deployment, with(second, {{"checkpoint", "memory"}})));
    ASSERT_GT(one.init(), 0) << log_book().all();
    ASSERT_GT(two.init(), 0) << log_book().all();
    Arrived from_one, from_two;
    EXPECT_TRUE(until([&] {
      one.collect();
      two.collect();
      from_one.add(one.take());
      from_two.add(two.take());
      return from_one.holds(deployment.expected) && from_two.holds(second_ids);
    })) << log_book().all();
    two.exit();  // the agent ends the later one first
    one.exit();
    EXPECT_EQ(from_one.events(), deployment.expected.size());
    EXPECT_EQ(from_two.events(), second_ids.size());
  }
}

TEST(fluentbit_input, a_paused_input_on_a_shared_thread_loses_nothing) {
  Deployment deployment(1, 1);
  deployment.server.with([](model::Service& service) { service.create_stream("in-2", 1); });
  deployment.fill(600);
  Agent agent;
  Input one(agent.in, agent.pipeline, input_section(deployment));
  Input two(agent.in, agent.pipeline,
            input_section(deployment, {{"stream", "in-2"}, {"checkpoint", "memory"}, {"on_failure", "drop"}}));
  one.open_event_loop();
  ASSERT_GT(one.init(), 0) << log_book().all();
  ASSERT_GT(two.init(), 0) << log_book().all();
  one.pause();
  EXPECT_TRUE(until([&] {
    one.serve_events(2);
    two.collect();
    return one.rejected() > 0;
  })) << log_book().all();
  EXPECT_TRUE(one.take().empty());
  one.resume();
  Arrived arrived;
  EXPECT_TRUE(collect(one, arrived, deployment.expected)) << log_book().all();
  two.exit();
  one.exit();
  EXPECT_EQ(arrived.copies(), 0);
}

TEST(fluentbit_input, a_second_input_with_the_same_checkpoint_does_not_start_and_does_not_affect_the_first) {
  Deployment deployment(1, 1);
  deployment.fill(600);
  Agent agent, newer;
  Input first(agent.in, agent.pipeline, input_section(deployment));
  ASSERT_GT(first.init(), 0) << log_book().all();
  {
    Input second(newer.in, newer.pipeline, input_section(deployment));
    EXPECT_LE(second.init(), 0);
    EXPECT_TRUE(log_book().says(LogBook::kError, deployment.folder.path("checkpoint"))) << log_book().all();
    second.exit();  // the agent may call it nevertheless
  }
  Arrived arrived;
  EXPECT_TRUE(collect(first, arrived, deployment.expected)) << log_book().all();
  first.exit();
  EXPECT_EQ(arrived.copies(), 0);
}

TEST(fluentbit_input, an_input_with_its_own_thread_does_not_start_and_says_what_to_write) {
  Deployment deployment(1, 1);
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"threaded", "on"}}));
  EXPECT_LE(input.init(), 0);
  EXPECT_TRUE(log_book().says(LogBook::kError, "threaded off")) << log_book().all();
  EXPECT_EQ(deployment.stats().requests, 0u);
}

TEST(fluentbit_input, an_invalid_input_option_is_reported_by_name_and_value_and_nothing_starts) {
  Deployment deployment(1, 1);
  Agent agent;
  Input input(agent.in, agent.pipeline,
              input_section(deployment, {{"checkpoint_after", "sometimes"}, {"poll_interval", "soon"}}));
  EXPECT_LE(input.init(), 0);
  for (const char* said : {"checkpoint_after", "sometimes", "append|handover|delivery", "poll_interval", "soon"})
    EXPECT_TRUE(log_book().says(LogBook::kError, said)) << said << " is not in " << log_book().all();
}

TEST(fluentbit_input, option_keys_ignore_case) {
  Deployment deployment(1, 1);
  deployment.fill(100);
  Properties section = input_section(deployment, {{"tag_format", "of.$owner"}});
  for (auto& [key, value] : section)
    for (char& c : key) c = static_cast<char>(std::toupper(c));
  Agent agent;
  Input input(agent.in, agent.pipeline, section);
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, deployment.expected)) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.tags(), std::set<std::string>{"of.123456789012"});
}

TEST(fluentbit_input, tags_from_hostile_names_have_only_safe_bytes_and_at_most_256) {
  Deployment deployment(1, 1);
  deployment.put("a",
                 gzip(e2e::message("/aws/lambda/a b*c", "2019/08/25/[$LATEST]\\u001b\\n\xc3\xa4", {{"1", "x"}})));
  deployment.put("a", gzip(e2e::message(std::string(512, 'g'), "s", {{"2", "x"}})));
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"tag_format", "l.$log_group.$log_stream"}}));
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, {"1", "2"})) << log_book().all();
  input.exit();
  ASSERT_EQ(arrived.tags().size(), 2u);
  for (const std::string& tag : arrived.tags()) {
    EXPECT_LE(tag.size(), 256u) << tag;
    EXPECT_EQ(tag.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.-"),
              std::string::npos)
        << tag;
  }
  EXPECT_TRUE(arrived.tags().contains("l./aws/lambda/a_b_c.2019/08/25/__LATEST_____")) << *arrived.tags().rbegin();
}

TEST(fluentbit_input, the_log_group_in_a_tag_is_that_of_the_source) {
  Deployment deployment(1, 1);
  deployment.put("a", gzip(e2e::message("/central", "s", {{"1", "x", "5", "/aws/lambda/mill"}, {"2", "x"}})));
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"tag_format", "$log_group"}}));
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, {"1", "2"})) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.tags(), (std::set<std::string>{"aws/lambda/mill", "central"}));
}

TEST(fluentbit_input, records_are_events_with_their_own_time_and_the_filters_result) {
  Deployment deployment(1, 1);
  deployment.put(
      "a", gzip(e2e::message("/aws/lambda/orders", "s", {{"1", "{\\\"level\\\":\\\"WARN\\\",\\\"ms\\\":1250}"}})));
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment));
  ASSERT_GT(input.init(), 0) << log_book().all();
  std::vector<Chunk> chunks;
  EXPECT_TRUE(until([&] {
    input.collect();
    chunks = input.take();
    return !chunks.empty();
  })) << log_book().all();
  input.exit();
  ASSERT_EQ(chunks.size(), 1u);
  const std::vector<Event> events = events_of(chunks[0].data);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].seconds, 1566741555);
  EXPECT_EQ(events[0].nanoseconds, 269000000);
  EXPECT_TRUE(events[0].with_metadata);
  EXPECT_TRUE(events[0].metadata.items.empty());
  EXPECT_EQ(events[0].body.text("level"), "WARN");
  const Value* const ms = events[0].body.find("ms");
  ASSERT_NE(ms, nullptr);
  EXPECT_EQ(ms->integer, 1250);
  EXPECT_EQ(events[0].body.text("event_id"), "1");
}

TEST(fluentbit_input, transform_off_keeps_the_line_and_adds_its_origin) {
  Deployment deployment(1, 1);
  deployment.put("a",
                 gzip(e2e::message("/aws/lambda/orders", "s-1", {{"1", "START RequestId: 8f5f Version: 1\\n"}})));
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"transform", "off"}}));
  ASSERT_GT(input.init(), 0) << log_book().all();
  std::vector<Chunk> chunks;
  EXPECT_TRUE(until([&] {
    input.collect();
    chunks = input.take();
    return !chunks.empty();
  })) << log_book().all();
  input.exit();
  ASSERT_EQ(chunks.size(), 1u);
  const std::vector<Event> events = events_of(chunks[0].data);
  ASSERT_EQ(events.size(), 1u);
  const Value& body = events[0].body;
  EXPECT_EQ(body.items.size(), 10u);
  EXPECT_EQ(body.text("log"), "START RequestId: 8f5f Version: 1\n");
  EXPECT_EQ(body.text("log_group"), "/aws/lambda/orders");
  EXPECT_EQ(body.text("log_stream"), "s-1");
  EXPECT_EQ(body.text("owner"), "123456789012");
  EXPECT_EQ(body.text("event_id"), "1");
}

TEST(fluentbit_input, no_chunk_exceeds_chunk_bytes_by_more_than_one_event) {
  Deployment deployment(1, 1);
  deployment.fill(2000);
  Agent agent;
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"chunk_bytes", "4k"}}));
  size_t largest = 0;
  input.accept_if([&](const Chunk& chunk) {
    largest = std::max(largest, chunk.data.size());
    return true;
  });
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(input, arrived, deployment.expected)) << log_book().all();
  input.exit();
  EXPECT_GT(largest, 2048u);
  EXPECT_LE(largest, 4096u);
}

TEST(fluentbit_input, a_reload_continues_where_the_old_instance_ended) {
  Deployment deployment(2, 1);
  deployment.fill(1000);
  Arrived arrived;
  auto old_agent = std::make_unique<Agent>();
  auto old_input = std::make_unique<Input>(old_agent->in, old_agent->pipeline, input_section(deployment));
  ASSERT_GT(old_input->init(), 0) << log_book().all();
  EXPECT_TRUE(collect(*old_input, arrived, deployment.expected)) << log_book().all();
  // The agent registers the file again while the old instance runs. Then it ends the old instance, closes the
  // file, and starts the new instance in the library, which is still loaded.
  Agent new_agent;
  Input new_input(new_agent.in, new_agent.pipeline, input_section(deployment));
  old_input->pause();
  old_input->exit();
  arrived.add(old_input->take());
  old_input.reset();
  old_agent.reset();
  deployment.fill(1000);
  ASSERT_GT(new_input.init(), 0) << log_book().all();
  EXPECT_TRUE(collect(new_input, arrived, deployment.expected)) << log_book().all();
  new_input.exit();
  EXPECT_EQ(arrived.copies(), 0);
}

}  // namespace
}  // namespace penstock::test_agent
