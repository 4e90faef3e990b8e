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
// What brings an outcome in several steps begins with start(), and makes each further step, which the transport or
// another completion runs, with then(). Then no step needs care of its own: std::bad_alloc, or what a defect
// throws, is the outcome. Thrown by who is told, it goes on.
template <typename T>
class Completion {
 public:
  using Callback = std::function<void(Result<T>)>;

  template <typename Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Completion> && std::invocable<Function&, Result<T>>)
  Completion(Function callback)  // NOLINT(google-explicit-constructor): a function is passed for a completion
      : callback_(std::make_shared<Callback>(std::move(callback))) {}

  // Runs start(answer). Where there is no memory for that, tells so.
  template <typename Start>
  static void start(Callback callback, const Start& body) {
    std::shared_ptr<Callback> kept;
    try {
      kept = std::make_shared<Callback>();
    } catch (const std::bad_alloc&) {
      return callback(out_of_memory_status());
    }
    *kept = std::move(callback);
    const Completion completion(std::move(kept));
    completion.attempt([&] { body(completion); });
  }

  void operator()(Result<T> outcome) const {
    if (const Callback callback = std::exchange(*callback_, nullptr)) callback(std::move(outcome));
  }

  // A function that runs step(completion, what it is given).
  template <typename Step>
  auto then(Step step) const {
    return [completion = *this, step = std::move(step)](auto&& given) mutable {
      completion.attempt([&] { step(completion, std::forward<decltype(given)>(given)); });
    };
  }

 private:
  explicit Completion(std::shared_ptr<Callback> callback) : callback_(std::move(callback)) {}

  template <typename Attempt>
  void attempt(const Attempt& body) const {
    try {
      body();
    } catch (const std::bad_alloc&) {
      if (!*callback_) throw;
      (*this)(out_of_memory_status());
    } catch (const std::exception& thrown) {
      if (!*callback_) throw;
      (*this)(defect_status(thrown));
    }
  }

  std::shared_ptr<Callback> callback_;
};

}  // namespace penstock
