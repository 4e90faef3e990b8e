// How much the calls that carry records carry.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "core/histogram.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

inline constexpr std::array<int64_t, 11> kCallRecordsBounds = {0, 1, 5, 10, 50, 100, 250, 500, 1000, 5000, 10000};
inline constexpr std::array<int64_t, 8> kCallBytesBounds = {1 << 10,   16 << 10, 64 << 10, 256 << 10,
                                                            512 << 10, 1 << 20,  5 << 20,  10 << 20};

// Sizes of the calls of one operation.
class CallSizes {
 public:
  // body_bytes: size of the body that has the records.
  void observe(size_t records, size_t body_bytes) {
    records_.observe(static_cast<int64_t>(records));
    body_bytes_.observe(static_cast<int64_t>(body_bytes));
  }

  void stats(const MetricsSink& metrics, std::string_view operation) const {
    const penstock_label name = {"operation", bytes(operation)};
    metrics.histogram("call_records", "records", "records of a call or its response; an aggregated record is one",
                      records_, {name});
    metrics.histogram("call_bytes", "bytes", "size of the requests or responses that have records", body_bytes_,
                      {name});
  }

 private:
  Histogram<kCallRecordsBounds> records_;
  Histogram<kCallBytesBounds> body_bytes_;
};

}  // namespace penstock::kinesis
