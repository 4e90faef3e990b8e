// Access to a batch and its records, whose creator may know shorter or longer structs than we do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "abi/penstock.h"

namespace penstock {

// Size of penstock_record in the first version of the ABI; no stride is smaller.
inline constexpr size_t kFirstRecordBytes = offsetof(penstock_record, extracted_fields);

// Returns a copy of the record at index; fields that its creator did not know are empty. REQUIRES:
// batch.record_stride >= kFirstRecordBytes.
inline penstock_record record_at(const penstock_batch& batch, uint64_t index) {
  const char* const at = reinterpret_cast<const char*>(batch.records) + index * batch.record_stride;
  penstock_record record = {};
  // Both copies have a size known at compile time, because this runs for every log event.
  if (batch.record_stride >= sizeof record)
    std::memcpy(&record, at, sizeof record);
  else
    std::memcpy(&record, at, kFirstRecordBytes);
  return record;
}

// Returns a field of the batch that its creator may not know; empty then.
inline penstock_bytes central_log_group_of(const penstock_batch& batch) {
  return batch.struct_size >= sizeof batch ? batch.central_log_group : penstock_bytes{};
}

}  // namespace penstock
