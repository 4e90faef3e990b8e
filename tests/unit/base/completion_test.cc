#include "base/completion.h"

#include <gtest/gtest.h>

#include <new>
#include <string>
#include <vector>

namespace penstock {
namespace {

// The outcomes that were reported, one per line.
struct Told {
  Completion<int>::Callback tell() {
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

TEST(completion, comes_of_the_last_of_several_steps) {
  Told told;
  Call first, second;
  Completion<int>::start(told.tell(), [&](const Completion<int>& begun) {
    first.done = begun.then([&](const Completion<int>& completion, int a) {
      second.done = completion.then([a](const Completion<int>& sum, int b) { sum(a + b); });
    });
  });
  first.completion(40);
  EXPECT_EQ(told.lines, Lines());
  second.completion(2);
  EXPECT_EQ(told.lines, Lines{"42"});
}

TEST(completion, is_out_of_memory_where_it_runs_out_at_the_beginning_or_in_any_step) {
  Told told;
  Completion<int>::start(told.tell(), [](const Completion<int>&) { run_out(); });
  EXPECT_EQ(told.lines, Lines{"out of memory"});
  Call first, second;
  const auto begin = [&](int which) {
    Completion<int>::start(told.tell(), [&first, &second, which](const Completion<int>& begun) {
      first.done = begun.then([&second, which](const Completion<int>& completion, int) {
        if (which == 1) run_out();
        second.done = completion.then([](const Completion<int>&, int) { run_out(); });
      });
    });
  };
  begin(1);
  first.completion(0);
  EXPECT_EQ(told.lines.size(), 2u);
  begin(2);
  first.completion(0);
  EXPECT_EQ(told.lines.size(), 2u);
  second.completion(0);
  EXPECT_EQ(told.lines, Lines({"out of memory", "out of memory", "out of memory"}));
}

TEST(completion, of_an_answer_on_the_way_passes_on_that_its_step_ran_out_of_memory) {
  Told told;
  Call call;
  Completion<int>::start(told.tell(), [&](const Completion<int>& begun) {
    const Completion<std::string> text =
        begun.then([](const Completion<int>&, const Result<std::string>&) { run_out(); });
    call.done = text.then([](const Completion<std::string>& completion, int) { completion(std::string("text")); });
  });
  call.completion(0);
  EXPECT_EQ(told.lines, Lines{"out of memory"});
}

TEST(completion, is_told_once_and_what_is_thrown_by_who_is_told_goes_on) {
  int times = 0;
  Call call;
  const auto told = [&](const Result<int>&) {
    ++times;
    run_out();
  };
  Completion<int>::start(told, [&](const Completion<int>& begun) {
    call.done = begun.then([](const Completion<int>& completion, int value) { completion(value); });
  });
  EXPECT_THROW(call.completion(1), std::bad_alloc);
  call.completion(2);
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace penstock
