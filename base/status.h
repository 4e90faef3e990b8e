// Errors as values: what failed, whether a retry can help, and a message for a person.
#pragma once

#include <cassert>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "base/message_id.h"

namespace penstock {

enum class Code {
  ok,
  // Errors of this process.
  invalid,   // bad input: data or an argument that can never be valid
  config,    // an option or a conf file must change
  io,        // a file or descriptor failed; the errno text is in the message
  internal,  // a bug
  // Errors of the network and the service: the classes of AWS errors that call for different actions.
  throttled,    // slow down; the position is unchanged
  transient,    // retry; the request may have taken effect anyway
  clock_skew,   // our clock differs from the service's
  expired,      // an iterator or page token is too old: get a new one
  credentials,  // rejected or too old: fetch them again
  not_found,    // the stream, shard, or table does not exist
  conflict,     // a condition of the call did not hold, or the item already exists
  denied,  // the service itself (never something on the way to it) says that the caller is not allowed to do this
  permanent,  // any other rejection
  too_large,  // the response exceeds its size limit
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, MessageId id, std::string message) : code_(code), id_(id), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::ok; }
  explicit operator bool() const { return ok(); }
  Code code() const { return code_; }
  MessageId id() const { return id_; }
  // Returns one line: what failed, on what, the value, what is allowed, and what to do. It contains no secret.
  const std::string& message() const { return message_; }
  // Returns "PS0101: message", as a person reads it. REQUIRES: !ok().
  std::string text() const { return coded(id_, message_); }

  // Returns whether the same operation may succeed later.
  bool retryable() const {
    return code_ == Code::io || code_ == Code::throttled || code_ == Code::transient ||
           code_ == Code::clock_skew || code_ == Code::expired || code_ == Code::credentials;
  }

  // Returns the same error with a context before it: "reading shard X: " + message.
  Status in(const std::string& context) const { return with_message(context + ": " + message_); }
  // Returns the same error with another message.
  Status with_message(std::string message) const { return {code_, id_, std::move(message)}; }
  // Returns the same error with another code, for callers that must react as if to that one.
  Status with_code(Code code) const { return {code, id_, message_}; }

 private:
  Code code_ = Code::ok;
  MessageId id_ = "PS0000";
  std::string message_;
};

// Retryable, because memory may become available. Allocates nothing: the text fits into the string object itself.
inline Status out_of_memory_status() { return {Code::transient, "PS0001", "out of memory"}; }

// A value, or the error that prevented it.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that a function can return either type directly.
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

// Returns an exception that a bug caused as an error, so that one call, shard, or stream fails and the others
// continue.
inline Status defect_status(const std::exception& thrown) {
  return {Code::internal, "PS0002", std::string("internal error in Penstock, please report it: ") + thrown.what()};
}

// Returns the result of make(), a Status or a Result. If it throws, returns out_of_memory_status() or
// defect_status().
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
