#include "plugin/abi/instance.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <set>
#include <string>

#include "base/records.h"

namespace penstock::plugin {

namespace {
// A smaller struct cannot be read.
constexpr uint32_t kFirstBatchSize = offsetof(penstock_batch, central_log_group);
constexpr uint32_t kFirstOptionSize = sizeof(penstock_option);
constexpr uint32_t kFirstHostSize = offsetof(penstock_host, log);
// The ends of the optional fields: a field that the host's table does not cover completely is absent.
constexpr size_t kHostFieldEnds[] = {offsetof(penstock_host, log), offsetof(penstock_host, wall_ms),
                                     offsetof(penstock_host, monotonic_ms), offsetof(penstock_host, random),
                                     sizeof(penstock_host)};

bool sound(penstock_bytes bytes) { return bytes.data != nullptr || bytes.size == 0; }

bool sound(const penstock_batch& batch) {
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const penstock_record record = record_at(batch, i);
    if (!sound(record.id) || !sound(record.key) || !sound(record.body) || !sound(record.extracted_fields))
      return false;
  }
  return sound(batch.log_group) && sound(batch.log_stream) && sound(batch.owner) && sound(batch.region) &&
         sound(batch.stream) && sound(batch.shard_id) && sound(batch.sequence_number) &&
         sound(batch.partition_key) && sound(batch.central_log_group);
}

bool sound(const penstock_option* options, size_t count, size_t stride) {
  const char* at = reinterpret_cast<const char*>(options);
  for (size_t i = 0; i < count; ++i, at += stride) {
    const auto& option = *reinterpret_cast<const penstock_option*>(at);
    if (!sound(option.key) || !sound(option.value)) return false;
  }
  return true;
}

Status stride_too_small(size_t stride) {
  return {Code::invalid, "PS0051",
          "option_stride " + std::to_string(stride) + " is too small: expected at least " +
              std::to_string(kFirstOptionSize)};
}
}  // namespace

int32_t code_of(const Status& status) {
  switch (status.code()) {
    case Code::ok:
      return PENSTOCK_OK;
    case Code::invalid:
      return PENSTOCK_E_INVALID;
    case Code::config:
      return PENSTOCK_E_OPTIONS;
    case Code::internal:
      return PENSTOCK_E_INTERNAL;
    default:
      return PENSTOCK_E_IO;
  }
}

namespace {
// Writes the parts of text one after the other, cut where the caller's struct ends. Allocates nothing.
int32_t write_error(penstock_error* error, int32_t code, bool retryable,
                    std::initializer_list<std::string_view> parts) {
  if (error == nullptr || error->struct_size <= offsetof(penstock_error, text)) return code;
  error->code = code;
  error->retryable = retryable ? 1 : 0;
  size_t room = std::min<size_t>(error->struct_size - offsetof(penstock_error, text), sizeof error->text) - 1;
  char* at = error->text;
  for (const std::string_view part : parts) {
    const size_t size = std::min(part.size(), room);
    std::memcpy(at, part.data(), size);
    at += size;
    room -= size;
  }
  *at = '\0';
  return code;
}
}  // namespace

int32_t set_error(penstock_error* error, int32_t code, bool retryable, MessageId id, std::string_view text) {
  return write_error(error, code, retryable, {id.text(), ": ", text});
}

int32_t set_error(penstock_error* error, const Status& status) {
  return set_error(error, code_of(status), status.retryable(), status.id(), status.message());
}

bool read_batch(const penstock_batch* given, penstock_batch& batch, penstock_error* error, int32_t& code) {
  code = PENSTOCK_E_INVALID;
  if (given == nullptr) {
    set_error(error, code, false, "PS0052", "the batch is NULL");
  } else if (given->struct_size < kFirstBatchSize) {
    set_error(error, code, false, "PS0051",
              "struct_size " + std::to_string(given->struct_size) +
                  " of the batch is too small: expected at least " + std::to_string(kFirstBatchSize));
  } else if (given->record_count != 0 && given->records == nullptr) {
    set_error(error, code, false, "PS0052", "the batch has records, but its array of records is NULL");
  } else if (given->record_count != 0 &&
             (given->record_stride < kFirstRecordBytes || given->record_stride % alignof(penstock_record) != 0)) {
    set_error(error, code, false, "PS0051",
              "record_stride " + std::to_string(given->record_stride) +
                  " of the batch is invalid: expected at least " + std::to_string(kFirstRecordBytes) +
                  ", and a multiple of " + std::to_string(alignof(penstock_record)));
  } else {
    batch = {};
    std::memcpy(&batch, given, given->struct_size < sizeof batch ? kFirstBatchSize : sizeof batch);
    batch.struct_size = sizeof batch;
    if (sound(batch)) return true;
    set_error(error, code, false, "PS0052", "a field of the batch has a size, but its data is NULL");
  }
  return false;
}

int32_t read_host(const penstock_host* given, penstock_host& host, penstock_error* error) {
  host = {};
  host.struct_size = sizeof host;
  if (given == nullptr) return PENSTOCK_OK;
  if (given->struct_size < kFirstHostSize)
    return set_error(error, PENSTOCK_E_INVALID, false, "PS0051",
                     "struct_size " + std::to_string(given->struct_size) +
                         " of the host table is too small: expected at least " + std::to_string(kFirstHostSize));
  const size_t* const end =
      std::upper_bound(std::begin(kHostFieldEnds), std::end(kHostFieldEnds), given->struct_size);
  std::memcpy(&host, given, *(end - 1));
  host.struct_size = sizeof host;
  return PENSTOCK_OK;
}

int32_t instance_descriptor(penstock_instance* self) {
  int descriptor = -1;
  guarded(self, In::open_or_closed, nullptr, [&] {
    descriptor = self->descriptor();
    return PENSTOCK_OK;
  });
  return descriptor;
}

int64_t instance_next_deadline_ms(penstock_instance* self) {
  int64_t deadline_ms = INT64_MAX;
  guarded(self, In::open_or_closed, nullptr, [&] {
    deadline_ms = self->next_deadline_ms();
    return PENSTOCK_OK;
  });
  return deadline_ms;
}

int32_t instance_stats(penstock_instance* self, penstock_stat_fn stat, void* stat_ctx) {
  if (stat == nullptr) return PENSTOCK_E_INVALID;
  return guarded(self, In::open_or_closed, nullptr, [&] {
    self->stats(stat, stat_ctx);
    return PENSTOCK_OK;
  });
}

int32_t instance_close(penstock_instance* self, int64_t deadline_ms, penstock_error* error) {
  return guarded(self, In::open, error, [&] {
    self->closed = true;
    const Status status = self->close(deadline_ms);
    return status.ok() ? PENSTOCK_OK : set_error(error, status);
  });
}

void instance_destroy(penstock_instance* self) {
  // From inside one of its own callbacks, the instance cannot be freed. Leaking it is better than a crash.
  if (self != nullptr && !self->busy.exchange(true, std::memory_order_acquire)) delete self;
}

int32_t check_options(Options::Table table, const ReadSettings& read, const penstock_option* options, size_t count,
                      size_t stride, penstock_problem_fn problem, void* problem_ctx) {
  const auto hand_out = [&](size_t index, const penstock_error& error) {
    if (problem != nullptr) problem(problem_ctx, index, &error);
  };
  const auto tell_problem = [&](size_t index, const Status& status) {
    penstock_error error = {};
    error.struct_size = sizeof error;
    set_error(&error, status);
    hand_out(index, error);
  };
  penstock_error thrown = {};
  thrown.struct_size = sizeof thrown;
  const auto check = [&]() -> int32_t {
    if (count != 0 && options == nullptr) {
      tell_problem(count, Status(Code::invalid, "PS0052", "the array of options is NULL"));
      return PENSTOCK_E_INVALID;
    }
    if (count != 0 && stride < kFirstOptionSize) {
      tell_problem(count, stride_too_small(stride));
      return PENSTOCK_E_INVALID;
    }
    if (!sound(options, count, stride)) {
      tell_problem(count, Status(Code::invalid, "PS0052", "an option has a size, but its data is NULL"));
      return PENSTOCK_E_INVALID;
    }
    int32_t code = Options::check(table, options, count, stride, tell_problem) ? PENSTOCK_OK : PENSTOCK_E_OPTIONS;
    const Options checked(table, options, count, stride);
    std::set<std::string> complaints;
    if (read != nullptr)
      read(checked, [&](const Status& status) {
        if (checked.take_read_bad() || status.ok() || !complaints.insert(status.message()).second) return;
        code = PENSTOCK_E_OPTIONS;
        tell_problem(count, status.with_code(Code::config));
      });
    return code;
  };
  const int32_t code = caught(&thrown, check);
  if (thrown.code != 0) hand_out(count, thrown);
  return code;
}

int32_t check_options(Options::Table table, const ReadSettings& read, const penstock_option* options, size_t count,
                      size_t stride, penstock_error* error) {
  struct First {
    penstock_error* error;
    bool reported;
  } first = {error, false};
  const auto tell_first = [](void* ctx, size_t, const penstock_error* problem) {
    auto& to = *static_cast<First*>(ctx);
    const bool outweighs = problem->code == PENSTOCK_E_MEMORY;  // its code is the result of the call
    if (!std::exchange(to.reported, true) || outweighs)
      write_error(to.error, problem->code, problem->retryable != 0, {problem->text});
  };
  return check_options(table, read, options, count, stride, tell_first, &first);
}

int32_t create_instance(Options::Table table, const ReadSettings& read, const Make& make,
                        const penstock_host* host, const penstock_option* options, size_t count, size_t stride,
                        penstock_instance** out, penstock_error* error) {
  if (out == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "out is NULL");
  *out = nullptr;
  return caught(error, [&]() -> int32_t {
    penstock_host known = {};
    if (const int32_t code = read_host(host, known, error); code != PENSTOCK_OK) return code;
    if (const int32_t code = check_options(table, read, options, count, stride, error); code != PENSTOCK_OK)
      return code;
    Made made = make(known, Options(table, options, count, stride));
    if (!made.ok()) return set_error(error, made.status());
    *out = made->release();
    return PENSTOCK_OK;
  });
}

}  // namespace penstock::plugin
