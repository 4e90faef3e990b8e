// The log of one stage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/repeat_limit.h"
#include "client/error.h"
#include "host/util/log.h"

namespace penstock::host {

class StageLog {
 public:
  // log must outlive this.
  StageLog(std::string label, Log& log);

  const std::string& label() const { return label_; }

  void error(MessageId id, std::string_view text) { log_.error(id, label_, text); }
  void info(std::string_view text) { log_.info(label_, text); }
  // Logs a line of the stage, or an error that has a code because the stage reported it.
  void line(int32_t level, std::string_view text) { log_.line(level, label_, text); }

  // Logs a failed call (result below 0), the same error at most once in 10 s, and the first success after failures
  // that could be retried. A failure that can be retried is a warning, and an error if all calls have failed for a
  // minute.
  enum class Call : size_t { poll, pump, apply, write, ack };
  void result(Call call, int32_t result, const client::Error& error, int64_t now_ms);

 private:
  std::string label_;
  Log& log_;
  RepeatLimit repeats_;
  struct Outage {
    int64_t failures = 0;  // consecutive failed calls
    int64_t since_ms = 0;
    bool logged = false;
  };
  std::array<Outage, 5> outages_;  // one for each Call
};

}  // namespace penstock::host
