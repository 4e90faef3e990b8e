#include "base/answer.h"

#include <gtest/gtest.h>

#include <new>
#include <string>
#include <vector>

namespace penstock {
namespace {

// What was told, one line an outcome.
struct Told {
  Answer<int>::Tell tell() {
    return [this](const Result<int>& outcome) {
      lines.push_back(outcome.ok() ? std::to_string(*outcome) : outcome.status().message());
    };
  }
  std::vector<std::string> lines;
};
using Lines = std::vector<std::string>;

// A call that is answered when the test says so, in the manner of the transport.
struct Call {
  void answer(int with) const { done(with); }
  std::function<void(int)> done;
};

[[noreturn]] void run_out() { throw std::bad_alloc(); }

TEST(answer, comes_of_the_last_of_several_steps) {
  Told told;
  Call first, second;
  Answer<int>::begin(told.tell(), [&](const Answer<int>& begun) {
    first.done = begun.later([&](const Answer<int>& answer, int a) {
      second.done = answer.later([a](const Answer<int>& sum, int b) { sum(a + b); });
    });
  });
  first.answer(40);
  EXPECT_EQ(told.lines, Lines());
  second.answer(2);
  EXPECT_EQ(told.lines, Lines{"42"});
}

TEST(answer, is_out_of_memory_where_it_runs_out_at_the_beginning_or_in_any_step) {
  Told told;
  Answer<int>::begin(told.tell(), [](const Answer<int>&) { run_out(); });
  EXPECT_EQ(told.lines, Lines{"out of memory"});
  Call first, second;
  const auto begin = [&](int which) {
    Answer<int>::begin(told.tell(), [&first, &second, which](const Answer<int>& begun) {
      first.done = begun.later([&second, which](const Answer<int>& answer, int) {
        if (which == 1) run_out();
        second.done = answer.later([](const Answer<int>&, int) { run_out(); });
      });
    });
  };
  begin(1);
  first.answer(0);
  EXPECT_EQ(told.lines.size(), 2u);
  begin(2);
  first.answer(0);
  EXPECT_EQ(told.lines.size(), 2u);
  second.answer(0);
  EXPECT_EQ(told.lines, Lines({"out of memory", "out of memory", "out of memory"}));
}

TEST(answer, of_an_answer_on_the_way_passes_on_that_its_step_ran_out_of_memory) {
  Told told;
  Call call;
  Answer<int>::begin(told.tell(), [&](const Answer<int>& begun) {
    const Answer<std::string> text =
        begun.later([](const Answer<int>&, const Result<std::string>&) { run_out(); });
    call.done = text.later([](const Answer<std::string>& answer, int) { answer(std::string("text")); });
  });
  call.answer(0);
  EXPECT_EQ(told.lines, Lines{"out of memory"});
}

TEST(answer, is_told_once_and_what_is_thrown_by_who_is_told_goes_on) {
  int times = 0;
  Call call;
  const auto told = [&](const Result<int>&) {
    ++times;
    run_out();
  };
  Answer<int>::begin(told, [&](const Answer<int>& begun) {
    call.done = begun.later([](const Answer<int>& answer, int value) { answer(value); });
  });
  EXPECT_THROW(call.answer(1), std::bad_alloc);
  call.answer(2);
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace penstock
