// The common base of the instances of all stages: the checks of arguments, and the guard that stops exceptions.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "base/bytes.h"
#include "base/status.h"
#include "plugin/abi/options.h"

struct penstock_instance {
  explicit penstock_instance(const penstock_stage& of) : stage(&of) {}
  penstock_instance(const penstock_instance&) = delete;
  penstock_instance& operator=(const penstock_instance&) = delete;
  virtual ~penstock_instance() = default;

  virtual int descriptor() const { return -1; }
  virtual int64_t next_deadline_ms() const { return INT64_MAX; }
  virtual void stats(penstock_stat_fn stat, void* stat_ctx) const = 0;
  virtual penstock::Status close(int64_t /*deadline_ms*/) { return {}; }

  const penstock_stage* const stage;
  std::atomic<bool> busy = false;  // a call is in progress
  bool closed = false;
};

namespace penstock::plugin {

int32_t code_of(const Status& status);
// Fills in *error unless it is NULL, and returns code.
int32_t set_error(penstock_error* error, int32_t code, bool retryable, MessageId id, std::string_view text);
int32_t set_error(penstock_error* error, const Status& status);
// Copies the fields of a batch that this version knows, whatever the size of the caller's struct. Returns false,
// with code and *error, if the batch cannot be used.
bool read_batch(const penstock_batch* given, penstock_batch& batch, penstock_error* error, int32_t& code);

// Copies the known fields of the host's table, whatever its size; empty if given is NULL. Returns PENSTOCK_OK, or
// a code with *error.
int32_t read_host(const penstock_host* given, penstock_host& host, penstock_error* error);

inline constexpr std::string_view kOutOfMemory =
    "out of memory: the call had no effect, and nothing is lost by it. Repeat it; if it keeps failing, give the "
    "process more memory, or lower mem_limit if the stage has this option";

// Runs body, and converts exceptions to codes. Exceptions stop only here.
template <typename Body>
int32_t caught(penstock_error* error, Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return set_error(error, PENSTOCK_E_MEMORY, true, "PS0001", kOutOfMemory);
  } catch (const std::exception& defect) {
    return set_error(error, PENSTOCK_E_INTERNAL, false, "PS0002", defect.what());
  } catch (...) {
    return set_error(error, PENSTOCK_E_INTERNAL, false, "PS0002", "unexpected exception: please report it");
  }
}

enum class In { open, open_or_closed };

// Runs body on an instance, if no other call is in progress and its state is allowed. Converts exceptions to
// codes.
template <typename Body>
int32_t guarded(penstock_instance* self, In states, penstock_error* error, Body body) noexcept {
  if (self == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "the instance is NULL");
  if (self->busy.exchange(true, std::memory_order_acquire))
    return set_error(error, PENSTOCK_E_BUSY, true, "PS0064",
                     "another call on this instance is in progress, on another thread or around this one");
  struct Release {
    std::atomic<bool>& busy;
    ~Release() { busy.store(false, std::memory_order_release); }
  } const release{self->busy};
  if (self->closed && states == In::open)
    return set_error(error, PENSTOCK_E_STATE, false, "PS0065", "the instance is closed: only destroy it");
  return caught(error, body);
}

// The same for a call of one stage. Instance is the stage's class.
template <typename Instance, typename Body>
int32_t guarded_as(const penstock_stage& stage, penstock_instance* self, In states, penstock_error* error,
                   Body body) noexcept {
  return guarded(self, states, error, [&] {
    if (self->stage != &stage)
      return set_error(error, PENSTOCK_E_INVALID, false, "PS0066",
                       std::string("the instance is not an instance of ") + stage.id);
    return body(static_cast<Instance&>(*self));
  });
}

// The calls that all stages share.
int32_t instance_descriptor(penstock_instance* self);
int64_t instance_next_deadline_ms(penstock_instance* self);
int32_t instance_stats(penstock_instance* self, penstock_stat_fn stat, void* stat_ctx);
int32_t instance_close(penstock_instance* self, int64_t deadline_ms, penstock_error* error);
void instance_destroy(penstock_instance* self);

// Reads the settings in options, and reports options that contradict each other or that name something unusable.
// It makes no network call and changes nothing. A complaint is ignored if an option that is bad by itself was read
// since the last complaint or options.start_check(), because that option is already reported; so is the repetition
// of an earlier complaint.
using ReadSettings = std::function<void(const Options& options, const Complain& complain)>;

// Reports each problem with the options. read may be empty.
int32_t check_options(Options::Table table, const ReadSettings& read, const penstock_option* options, size_t count,
                      size_t stride, penstock_problem_fn problem, void* problem_ctx);
// Likewise, with the first problem in *error.
int32_t check_options(Options::Table table, const ReadSettings& read, const penstock_option* options, size_t count,
                      size_t stride, penstock_error* error);

using Made = Result<std::unique_ptr<penstock_instance>>;
using Make = std::function<Made(const penstock_host& host, const Options& options)>;
// Checks the options, creates the instance with make(), which runs only if read() reports no problem, and stores
// it in *out.
int32_t create_instance(Options::Table table, const ReadSettings& read, const Make& make,
                        const penstock_host* host, const penstock_option* options, size_t count, size_t stride,
                        penstock_instance** out, penstock_error* error);

}  // namespace penstock::plugin
