// Access to the records of a batch, whose creator may know a shorter or longer penstock_record than we do.
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

}  // namespace penstock
