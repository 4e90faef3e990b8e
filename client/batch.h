// Batches that a client makes itself.
#pragma once

#include <cstdint>

#include "abi/penstock.h"

namespace penstock::client {

// Returns a batch of that many records, without an origin.
inline penstock_batch batch_of(const penstock_record* records, uint64_t count, uint64_t ack_id) {
  penstock_batch batch{};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof *records;
  batch.ack_id = ack_id;
  batch.records = records;
  batch.record_count = count;
  return batch;
}

}  // namespace penstock::client
