// The records of a batch, whose maker may know a shorter or a longer record than we do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "abi/penstock.h"

namespace penstock {

// Up to here the record of the ABI's first version reaches; no stride is smaller.
inline constexpr size_t kFirstRecordBytes = offsetof(penstock_record, extracted_fields);

// A copy of the record at index; what its maker did not know of is empty. The batch's record_stride is at least
// kFirstRecordBytes.
inline penstock_record record_at(const penstock_batch& batch, uint64_t index) {
  const char* const at = reinterpret_cast<const char*>(batch.records) + index * batch.record_stride;
  penstock_record record = {};
  // Two sizes, each known to the compiler: this is done for every log event.
  if (batch.record_stride >= sizeof record)
    std::memcpy(&record, at, sizeof record);
  else
    std::memcpy(&record, at, kFirstRecordBytes);
  return record;
}

}  // namespace penstock
