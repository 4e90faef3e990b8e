#include "base/completion.h"

#include <gtest/gtest.h>

#include <new>
#include <string>
#include <vector>

namespace penstock {
namespace {

// The outcomes that were reported, one per line.
struct Outcomes {
  Completion<int>::Callback callback() {
    return [this](const Result<int>& outcome) {
      lines.push_back(outcome.ok() ? std::to_string(*outcome) : outcome.status().message());
    };
  }
  std::vector<std::string> lines;
};
using Lines = std::vector<std::string>;

// A call that the test completes when it chooses, as the transport does.
struct Call {
  void completion(int with) const { done(with); }
  std::function<void(int)> done;
};

[[noreturn]] void run_out() { throw std::bad_alloc(); }

TEST(completion, completion_comes_from_the_last_of_several_steps) {
  Outcomes outcomes;
  Call first, second;
  Completion<int>::start(outcomes.callback(), [&](const Completion<int>& started) {
    first.done = started.then([&](const Completion<int>& completion, int a) {
      second.done = completion.then([a](const Completion<int>& sum, int b) { sum(a + b); });
    });
  });
  first.completion(40);
  EXPECT_EQ(outcomes.lines, Lines());
  second.completion(2);
  EXPECT_EQ(outcomes.lines, Lines{"42"});
}

TEST(completion, completion_reports_out_of_memory_from_the_start_or_any_step) {
  Outcomes outcomes;
  Completion<int>::start(outcomes.callback(), [](const Completion<int>&) { run_out(); });
  EXPECT_EQ(outcomes.lines, Lines{"out of memory"});
  Call first, second;
  const auto begin = [&](int which) {
    Completion<int>::start(outcomes.callback(), [&first, &second, which](const Completion<int>& started) {
      first.done = started.then([&second, which](const Completion<int>& completion, int) {
        if (which == 1) run_out();
        second.done = completion.then([](const Completion<int>&, int) { run_out(); });
      });
    });
  };
  begin(1);
  first.completion(0);
  EXPECT_EQ(outcomes.lines.size(), 2u);
  begin(2);
  first.completion(0);
  EXPECT_EQ(outcomes.lines.size(), 2u);
  second.completion(0);
  EXPECT_EQ(outcomes.lines, Lines({"out of memory", "out of memory", "out of memory"}));
}

TEST(completion, completion_passes_on_a_steps_out_of_memory) {
  Outcomes outcomes;
  Call call;
  Completion<int>::start(outcomes.callback(), [&](const Completion<int>& started) {
    const Completion<std::string> text =
        started.then([](const Completion<int>&, const Result<std::string>&) { run_out(); });
    call.done = text.then([](const Completion<std::string>& completion, int) { completion(std::string("text")); });
  });
  call.completion(0);
  EXPECT_EQ(outcomes.lines, Lines{"out of memory"});
}

TEST(completion, completion_runs_its_callback_once_and_rethrows_its_exception) {
  int times = 0;
  Call call;
  const auto outcomes = [&](const Result<int>&) {
    ++times;
    run_out();
  };
  Completion<int>::start(outcomes, [&](const Completion<int>& started) {
    call.done = started.then([](const Completion<int>& completion, int value) { completion(value); });
  });
  EXPECT_THROW(call.completion(1), std::bad_alloc);
  call.completion(2);
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace penstock
