// One running stage: its ABI instance, its name in the log, and what may be asked of every kind of stage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "client/error.h"
#include "client/repeat_limit.h"
#include "host/plan/plan.h"
#include "host/util/log.h"

namespace penstock::host {

class Instance {
 public:
  // Makes an open instance. log must outlive it. nullptr: error says why.
  static std::unique_ptr<Instance> create(const StagePlan& plan, Log& log, std::string& error);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const penstock_stage& stage() const { return stage_; }
  penstock_instance* self() const { return self_; }
  const std::string& label() const { return label_; }

  int descriptor() const { return descriptor_; }  // -1: none
  int64_t next_deadline_ms() const;               // INT64_MAX: never
  void stats(penstock_stat_fn stat, void* ctx) const;
  // Below 0: the log has the reason.
  int32_t close(int64_t deadline_ms);

  void log(int32_t level, std::string_view text) { log_.line(level, label_, text); }
  // Logs a call that failed (result below 0), the same error at most once in 10 s, and the first that succeeds
  // after those that could be retried.
  enum class Call : size_t { poll, pump, apply, write, ack };
  void log_result(Call call, int32_t result, const client::Error& error, int64_t now_ms);

 private:
  Instance(const StagePlan& plan, Log& log);

  const penstock_stage& stage_;
  std::string label_;
  Log& log_;
  client::RepeatLimit repeats_;
  struct Outage {
    int64_t failures = 0;  // calls, one after the other
    int64_t since_ms = 0;
    bool logged = false;
  };
  std::array<Outage, 5> outages_;  // one for each Call
  penstock_instance* self_ = nullptr;
  int descriptor_ = -1;
};

}  // namespace penstock::host
