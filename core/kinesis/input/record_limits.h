// Limits after which a record becomes a dead letter although it can be decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"

namespace penstock::kinesis {

struct RecordLimits {
  // Retries of a record after emit has rejected one of its batches. nullopt: retried forever.
  std::optional<int64_t> retries = std::nullopt;
  // Age since arrival, by the wall clock. nullopt: none is too old.
  std::optional<int64_t> age_ms = std::nullopt;

  // Returns why a record must not, or no longer, be emitted; ok if it may be.
  Status check(int64_t rejections, int64_t record_age_ms) const {
    if (retries && rejections > *retries)
      return {Code::invalid, "PS0307",
              "record_retry_limit is reached: the agent rejected the record (limit " + std::to_string(*retries) +
                  ", rejections " + std::to_string(rejections) + ")"};
    if (!age_ms || record_age_ms <= *age_ms) return {};
    return {Code::invalid, "PS0308",
            "the record is older than max_record_age (limit " + std::to_string(*age_ms) + " ms, age " +
                std::to_string(record_age_ms) + " ms)"};
  }
};

}  // namespace penstock::kinesis
