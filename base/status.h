// Errors as values: what went wrong, whether trying again can help, and a sentence for a person.
#pragma once

#include <cassert>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace penstock {

enum class Code {
  ok,
  // Ours.
  invalid,   // bad input: data or an argument that will never be right
  config,    // an option or a conf file has to change
  io,        // a file or descriptor failed; the errno text is in the message
  internal,  // a defect
  // The network's and the service's; the classes of AWS's errors that call for different action.
  throttled,    // slow down, position unchanged
  transient,    // try again; what was asked may have been done all the same
  clock_skew,   // the service and our clock disagree
  expired,      // an iterator or a page token is too old: make a new one
  credentials,  // refused or too old: fetch them again
  not_found,    // the stream, shard or table is not there
  conflict,     // it is not as the call took it to be: a condition did not hold, or there is one already
  denied,       // the service itself says that the caller may not do this; nothing on the way to it can
  permanent,    // anything else that was refused
  too_large,    // the answer passes the limit given for it
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::ok; }
  explicit operator bool() const { return ok(); }
  Code code() const { return code_; }
  // One line: what failed, on what, the value, what is allowed, what to do. Holds no secret.
  const std::string& message() const { return message_; }

  // Whether the very same thing, done again later, may succeed.
  bool retryable() const {
    return code_ == Code::io || code_ == Code::throttled || code_ == Code::transient ||
           code_ == Code::clock_skew || code_ == Code::expired || code_ == Code::credentials;
  }

  // The same error, with what was being done in front: "reading shard X: " + message.
  Status in(const std::string& context) const { return {code_, context + ": " + message_}; }

 private:
  Code code_ = Code::ok;
  std::string message_;
};

// Memory may come back. Takes none itself: the text is short enough to lie in the string.
inline Status out_of_memory_status() { return {Code::transient, "out of memory"}; }

// A value, or why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that a function returns either as it is.
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) { assert(!status_.ok()); }

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Status& status() const { return status_; }

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

// What a defect threw, as an error: one call, shard or stream fails, and the others go on.
inline Status defect_status(const std::exception& thrown) {
  return {Code::internal, std::string("a defect in this program: ") + thrown.what()};
}

// What make() gives, a Status or a Result; where it throws, out_of_memory_status() or defect_status().
template <typename Make>
auto catching_exceptions(const Make& make) -> decltype(make()) {
  try {
    return make();
  } catch (const std::bad_alloc&) {
    return out_of_memory_status();
  } catch (const std::exception& thrown) {
    return defect_status(thrown);
  }
}

}  // namespace penstock
