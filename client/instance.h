// An instance of a stage, and the calls on it.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "client/error.h"

namespace penstock::client {

// Returns a penstock_host whose log function calls log.line(level, text). log must outlive the instances created
// with the host.
template <typename Log>
penstock_host logging_host(Log& log) {
  penstock_host host{};
  host.struct_size = sizeof host;
  host.ctx = &log;
  host.log = [](void* ctx, int32_t level, penstock_bytes text) {
    try {
      static_cast<Log*>(ctx)->line(level, {text.data, text.size});
    } catch (const std::exception&) {  // no memory for the line
    }
  };
  return host;
}

// An owned instance. Each call has deadline 0 unless it takes one, and fills in error if it returns a value below
// 0. Calls of a kind are only for stages of that kind. The thread rules are those of the ABI.
class Instance {
 public:
  // Does not create the instance yet. REQUIRES: stage outlives this.
  explicit Instance(const penstock_stage& stage) : stage_(stage) {}
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // Creates the instance. Returns the reason if that fails, else "". REQUIRES: called once, before any other call.
  std::string open(const penstock_host* host, const std::vector<penstock_option>& options);

  const penstock_stage& stage() const { return stage_; }
  int descriptor() const { return descriptor_; }  // -1: none
  int64_t next_deadline_ms() const;               // INT64_MAX: never
  void stats(penstock_stat_fn stat, void* ctx) const;
  int32_t close(int64_t deadline_ms, Error& error);

  // Input. pump_input() does nothing if the stage has no such call.
  int32_t poll(penstock_emit_fn emit, void* ctx, Error& error);
  int32_t ack(uint64_t ack_id, int32_t outcome, Error& error);
  int32_t pump_input(Error& error);
  // Filter.
  int32_t apply(const penstock_batch& batch, penstock_emit_fn emit, void* ctx, Error& error);
  // Output.
  int32_t write(const penstock_batch& batch, Error& error);
  int32_t pump_output(penstock_settled_fn settled, void* ctx, Error& error);

 private:
  const penstock_stage& stage_;
  penstock_instance* self_ = nullptr;
  int descriptor_ = -1;
};

}  // namespace penstock::client
