#include "client/pacing.h"

#include <gtest/gtest.h>

#include "tests/unit/client/fake_stage.h"

namespace penstock::client {
namespace {

using Call = InputPacing::Call;

constexpr int kDescriptor = 5;

template <typename Kind>
class Paced : public testing::Test {
 protected:
  Paced() {
    fake_.stage.descriptor = [](penstock_instance*) { return int32_t{kDescriptor}; };
    fake_.stage.next_deadline_ms = [](penstock_instance* self) { return FakeStage::of(self).next_deadline_ms; };
    EXPECT_EQ(instance_.open(nullptr, {}), "");
  }

  FakeStage fake_{PENSTOCK_INPUT};
  Instance instance_{fake_.stage};
  Kind pacing_{instance_};
};

class pacing : public Paced<Pacing> {};
class input_pacing : public Paced<InputPacing> {};

TEST_F(pacing, the_first_call_is_due_at_once) {
  EXPECT_TRUE(pacing_.due(0));
  EXPECT_EQ(pacing_.next_ms(0), 0);
}

TEST_F(pacing, a_call_is_due_when_the_descriptor_is_readable) {
  pacing_.on_called(PENSTOCK_OK, 0);
  EXPECT_FALSE(pacing_.due(1));
  EXPECT_EQ(pacing_.next_ms(1), INT64_MAX);
  EXPECT_EQ(pacing_.descriptor(1), kDescriptor);
  pacing_.on_readable();
  EXPECT_TRUE(pacing_.due(1));
}

TEST_F(pacing, a_call_is_due_at_the_deadline_of_the_instance) {
  pacing_.on_called(PENSTOCK_OK, 0);
  fake_.next_deadline_ms = 500;
  EXPECT_FALSE(pacing_.due(499));
  EXPECT_EQ(pacing_.next_ms(499), 500);
  EXPECT_TRUE(pacing_.due(500));
}

TEST_F(pacing, a_deadline_that_has_passed_is_now) {
  pacing_.on_called(PENSTOCK_OK, 0);
  fake_.next_deadline_ms = INT64_MIN;
  EXPECT_EQ(pacing_.next_ms(7), 7);
}

TEST_F(pacing, an_instance_that_fails_is_paused_even_if_it_is_due) {
  fake_.next_deadline_ms = 0;
  pacing_.on_called(PENSTOCK_E_IO, 0);
  pacing_.on_readable();
  EXPECT_FALSE(pacing_.due(99));
  EXPECT_TRUE(pacing_.due(100));
}

TEST_F(pacing, the_descriptor_is_ignored_during_a_pause_and_used_after_it) {
  pacing_.on_called(PENSTOCK_E_IO, 0);
  EXPECT_EQ(pacing_.descriptor(99), -1);
  EXPECT_EQ(pacing_.next_ms(99), 100) << "otherwise what makes it readable would never be handled";
  EXPECT_EQ(pacing_.descriptor(100), kDescriptor);
}

TEST_F(pacing, an_ignored_descriptor_is_never_waited_for) {
  pacing_.ignore_descriptor();
  EXPECT_EQ(pacing_.descriptor(0), -1);
}

TEST_F(input_pacing, an_input_is_polled_and_pumped_while_it_is_blocked) {
  EXPECT_EQ(pacing_.next_call(false, 0), Call::poll);
  EXPECT_EQ(pacing_.next_call(true, 0), Call::pump);
}

TEST_F(input_pacing, a_blocked_input_is_pumped_every_20_ms_at_most) {
  fake_.next_deadline_ms = 0;
  EXPECT_EQ(pacing_.next_call(true, 0), Call::pump);
  pacing_.on_pumped(0);
  EXPECT_EQ(pacing_.next_call(true, 19), Call::none);
  EXPECT_EQ(pacing_.next_call(true, 20), Call::pump);
}

TEST_F(input_pacing, an_input_is_polled_as_soon_as_it_is_no_longer_blocked) {
  EXPECT_EQ(pacing_.next_call(true, 0), Call::pump);
  pacing_.on_pumped(0);
  EXPECT_EQ(pacing_.next_call(false, 1), Call::poll)
      << "during the pause, although its descriptor is not readable";
  pacing_.on_polled(PENSTOCK_OK, false, 1);
  EXPECT_EQ(pacing_.next_call(false, 2), Call::none);
}

TEST_F(input_pacing, a_rejected_batch_is_requested_again_after_a_second) {
  pacing_.on_polled(PENSTOCK_E_MEMORY, true, 0);
  EXPECT_EQ(pacing_.next_call(false, 999), Call::none);
  EXPECT_EQ(pacing_.next_ms(0), 1000);
  EXPECT_EQ(pacing_.next_call(false, 1000), Call::poll) << "the descriptor may never become readable";
}

TEST_F(input_pacing, an_input_that_fails_is_polled_again_after_100_ms_if_it_wants_to) {
  pacing_.on_polled(PENSTOCK_E_IO, false, 0);
  EXPECT_EQ(pacing_.next_call(false, 100), Call::none);
  pacing_.on_readable();
  EXPECT_EQ(pacing_.next_call(false, 100), Call::poll);
}

}  // namespace
}  // namespace penstock::client
