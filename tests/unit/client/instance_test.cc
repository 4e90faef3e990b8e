#include "client/instance.h"

#include <gtest/gtest.h>

#include <new>
#include <utility>

#include "tests/unit/client/fake_stage.h"

namespace penstock::client {
namespace {

using Calls = std::vector<std::string>;

const penstock_input kInput = {
    sizeof(penstock_input), 0,
    [](penstock_instance* self, int64_t deadline_ms, penstock_emit_fn, void*, penstock_error* error) {
      return FakeStage::of(self).note("poll until " + std::to_string(deadline_ms), error);
    },
    [](penstock_instance* self, uint64_t ack_id, int32_t outcome, penstock_error* error) {
      return FakeStage::of(self).note("ack " + std::to_string(ack_id) + " " + std::to_string(outcome), error);
    },
    [](penstock_instance* self, int64_t deadline_ms, penstock_error* error) {
      return FakeStage::of(self).note("pump until " + std::to_string(deadline_ms), error);
    }};

TEST(client_instance, an_instance_gets_its_options_and_is_destroyed_with_its_owner) {
  FakeStage fake(PENSTOCK_INPUT);
  {
    Instance instance(fake.stage);
    EXPECT_EQ(instance.open(nullptr, {{{"stream", 6}, {"logs", 4}}}), "");
    EXPECT_EQ(fake.options, Calls{"stream=logs"});
  }
  EXPECT_EQ(fake.calls, (Calls{"create", "destroy"}));
}

TEST(client_instance, an_instance_that_cannot_be_created_reports_why_and_is_not_destroyed) {
  FakeStage fake(PENSTOCK_INPUT);
  fake.result = PENSTOCK_E_OPTIONS;
  {
    Instance instance(fake.stage);
    EXPECT_EQ(instance.open(nullptr, {}), "PS0950: a reason");
  }
  EXPECT_EQ(fake.calls, Calls{"create"});
}

TEST(client_instance, an_instance_without_optional_calls_never_needs_a_call_and_closes) {
  FakeStage fake(PENSTOCK_INPUT);
  Instance instance(fake.stage);
  ASSERT_EQ(instance.open(nullptr, {}), "");
  EXPECT_EQ(instance.descriptor(), -1);
  EXPECT_EQ(instance.next_deadline_ms(), INT64_MAX);
  instance.stats(nullptr, nullptr);
  Error error;
  EXPECT_EQ(instance.close(1000, error), PENSTOCK_OK);
}

TEST(client_instance, an_input_instance_is_polled_settled_and_pumped_without_waiting) {
  FakeStage fake(PENSTOCK_INPUT);
  fake.stage.input = &kInput;
  Instance instance(fake.stage);
  ASSERT_EQ(instance.open(nullptr, {}), "");
  Error error;
  EXPECT_EQ(instance.poll(nullptr, nullptr, error), PENSTOCK_OK);
  EXPECT_EQ(instance.ack(7, PENSTOCK_FILTERED, error), PENSTOCK_OK);
  EXPECT_EQ(instance.pump_input(error), PENSTOCK_OK);
  EXPECT_EQ(fake.calls, (Calls{"create", "poll until 0", "ack 7 2", "pump until 0"}));
}

TEST(client_instance, an_input_without_pump_is_not_pumped) {
  FakeStage fake(PENSTOCK_INPUT);
  penstock_input older = kInput;
  older.struct_size = offsetof(penstock_input, pump);
  fake.stage.input = &older;
  Instance instance(fake.stage);
  ASSERT_EQ(instance.open(nullptr, {}), "");
  Error error;
  EXPECT_EQ(instance.pump_input(error), PENSTOCK_OK);
  EXPECT_EQ(fake.calls, Calls{"create"});
}

TEST(client_instance, an_instance_logs_through_its_host) {
  struct Lines {
    void line(int32_t level, std::string_view text) { lines.emplace_back(level, text); }
    std::vector<std::pair<int32_t, std::string>> lines;
  } log;
  FakeStage fake(PENSTOCK_INPUT);
  const penstock_host host = logging_host(log);
  Instance instance(fake.stage);
  ASSERT_EQ(instance.open(&host, {}), "");
  fake.host.log(fake.host.ctx, PENSTOCK_LOG_WARN, {"a line and more", 6});
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_EQ(log.lines[0], std::make_pair(int32_t{PENSTOCK_LOG_WARN}, std::string("a line")));
}

TEST(client_instance, an_exception_in_the_log_callback_does_not_cross_the_library) {
  struct NoMemory {
    void line(int32_t, std::string_view) { throw std::bad_alloc(); }
  } log;
  const penstock_host host = logging_host(log);
  EXPECT_NO_THROW(host.log(host.ctx, PENSTOCK_LOG_WARN, {"a", 1}));
}

}  // namespace
}  // namespace penstock::client
