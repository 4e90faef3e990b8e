#include "fluentbit/input/input_thread.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <memory>

#include "tests/unit/fluentbit/fake_stages.h"

namespace penstock::fluentbit {
namespace {

// Waits without a limit of its own: ctest has one.
void wait_for(const Wakeup& wakeup) {
  pollfd descriptor{wakeup.descriptor(), POLLIN, 0};
  ::poll(&descriptor, 1, -1);
  wakeup.clear();
}

class Running : public testing::Test {
 protected:
  Running() {
    FakeInput::next = &input_;
    stages_.input = &FakeInput::stage;
    reader_ = std::make_unique<Reader>(stages_, ChunkFormat{}, queue_, relay_);
    EXPECT_EQ(reader_->open(), "");
  }

  FakeInput input_;
  Wakeup ready_;
  LogRelay relay_{PENSTOCK_LOG_DEBUG, ready_};
  ChunkQueue queue_{1};  // full with one chunk in it
  ReaderStages stages_{};
  std::unique_ptr<Reader> reader_;
};

using fluentbit_input_thread = Running;

TEST_F(fluentbit_input_thread, an_input_thread_announces_chunks_and_settles_them_when_woken) {
  input_.add({1, {"a"}});
  InputThread source(*reader_, ready_);
  wait_for(ready_);
  ASSERT_NE(queue_.front(), nullptr);
  queue_.settle_front();
  source.wake();
  input_.wait_for_acks(1);
}

TEST_F(fluentbit_input_thread, an_input_thread_continues_to_read_when_the_queue_has_space) {
  input_.add({1, {"a"}});
  input_.add({2, {"b"}});
  InputThread source(*reader_, ready_);
  for (int i = 0; i < 2; ++i) {
    wait_for(ready_);
    queue_.settle_front();
    source.wake();
  }
  input_.wait_for_acks(2);
}

TEST_F(fluentbit_input_thread, an_input_thread_reads_when_the_inputs_descriptor_is_readable) {
  Wakeup arrival;
  input_.descriptor = arrival.descriptor();
  Reader reader(stages_, ChunkFormat{}, queue_, relay_);
  ASSERT_EQ(reader.open(), "");
  InputThread source(reader, ready_);
  input_.add({1, {"a"}});
  arrival.raise();
  wait_for(ready_);
  EXPECT_NE(queue_.front(), nullptr);
}

TEST_F(fluentbit_input_thread, an_input_thread_settles_and_closes_when_it_stops) {
  input_.add({1, {"a"}});
  InputThread source(*reader_, ready_);
  wait_for(ready_);
  queue_.settle_front();
  source.stop();
  EXPECT_EQ(input_.acked(), (std::map<uint64_t, int32_t>{{1, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(input_.closes(), 1);
}

}  // namespace
}  // namespace penstock::fluentbit
