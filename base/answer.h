// Outcomes that come later, and come in any case: also where memory runs out on the way to them.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/status.h"

namespace penstock {

// Who waits for an outcome. Copies are one and the same: the first outcome is told, and no other.
//
// What brings an outcome in several steps begins with begin(), and makes each further step, which the transport or
// another answer runs, with later(). Then no step needs care of its own: std::bad_alloc, or what a defect throws,
// is the outcome. Thrown by who is told, it goes on.
template <typename T>
class Answer {
 public:
  using Tell = std::function<void(Result<T>)>;

  template <typename Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Answer> && std::invocable<Function&, Result<T>>)
  Answer(Function tell)  // NOLINT(google-explicit-constructor): functions are given where answers are taken
      : tell_(std::make_shared<Tell>(std::move(tell))) {}

  // Runs start(answer). Where there is no memory for that, tells so.
  template <typename Start>
  static void begin(Tell tell, const Start& start) {
    std::shared_ptr<Tell> kept;
    try {
      kept = std::make_shared<Tell>();
    } catch (const std::bad_alloc&) {
      return tell(out_of_memory_status());
    }
    *kept = std::move(tell);
    const Answer answer(std::move(kept));
    answer.attempt([&] { start(answer); });
  }

  void operator()(Result<T> outcome) const {
    if (const Tell tell = std::exchange(*tell_, nullptr)) tell(std::move(outcome));
  }

  // A function that runs step(answer, what it is given).
  template <typename Step>
  auto later(Step step) const {
    return [answer = *this, step = std::move(step)](auto&& given) mutable {
      answer.attempt([&] { step(answer, std::forward<decltype(given)>(given)); });
    };
  }

 private:
  explicit Answer(std::shared_ptr<Tell> tell) : tell_(std::move(tell)) {}

  template <typename Attempt>
  void attempt(const Attempt& body) const {
    try {
      body();
    } catch (const std::bad_alloc&) {
      if (!*tell_) throw;
      (*this)(out_of_memory_status());
    } catch (const std::exception& thrown) {
      if (!*tell_) throw;
      (*this)(defect_status(thrown));
    }
  }

  std::shared_ptr<Tell> tell_;
};

}  // namespace penstock
