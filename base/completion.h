// Results of asynchronous operations. A result always arrives, even if memory runs out on the way to it.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/status.h"

namespace penstock {

// The callback that receives the result of an asynchronous operation. Copies share their state: the first result
// is passed to the callback, and later ones are ignored.
//
// An operation of several steps begins with start(), and wraps each later step, which the transport or another
// completion runs, in then(). A step then needs no error handling of its own: if it throws std::bad_alloc or,
// because of a bug, another exception, the exception becomes the result. An exception that the callback itself
// throws is passed on.
template <typename T>
class Completion {
 public:
  using Callback = std::function<void(Result<T>)>;

  template <typename Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Completion> && std::invocable<Function&, Result<T>>)
  Completion(Function callback)  // NOLINT(google-explicit-constructor): a function is passed for a completion
      : callback_(std::make_shared<Callback>(std::move(callback))) {}

  // Runs body(completion). If memory for the completion cannot be allocated, the result is an out-of-memory error.
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

  // Returns a function that runs step(completion, argument) when it is called with an argument.
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
