#include "core/kinesis/writer_batch.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

#include "core/base/bytes.h"
#include "core/base/crypto.h"
#include "core/base/records.h"

namespace penstock {

namespace {

constexpr size_t kHashedKeyBytes = 2 * sizeof(Sha256);
constexpr size_t kRandomKeyBytes = 2 * sizeof(uint64_t);
static_assert(kRandomKeyBytes <= kHashedKeyBytes);

// Hands out pieces of a store that is large enough.
class TextStore {
 public:
  TextStore(char* begin, size_t size) : next_(begin), left_(size) {}

  std::string_view keep(std::string_view text) {
    assert(text.size() <= left_);
    if (text.empty()) return {};
    std::memcpy(next_, text.data(), text.size());
    const std::string_view kept(next_, text.size());
    next_ += text.size();
    left_ -= text.size();
    return kept;
  }

 private:
  char* next_;
  size_t left_;
};

// The key wanted for a record by itself; empty where it shares one with its batch.
std::string_view own_key(const penstock_batch& batch, const penstock_record& record) {
  if (record.key.size > 0) return view(record.key);
  return batch.log_stream.size > 0 ? std::string_view() : view(record.id);
}

std::string_view keep_key(TextStore& store, std::string_view key) {
  return store.keep(is_partition_key(key) ? key : hex(sha256(key)));
}

std::string_view keep_random_key(TextStore& store, Random& random) {
  const uint64_t bits = random.next();
  uint8_t bytes[sizeof bits];
  std::memcpy(bytes, &bits, sizeof bits);
  return store.keep(hex(bytes));
}

}  // namespace

WriterBatch::WriterBatch(uint64_t batch_number, const penstock_batch& batch, Random& random, int64_t now_ms)
    : number(batch_number), origin(batch), written_ms(now_ms), outstanding(batch.record_count) {
  origin.struct_size = sizeof origin;
  origin.records = nullptr;
  origin.record_count = 0;

  penstock_bytes* const fields[] = {&origin.log_group,       &origin.log_stream,   &origin.owner,
                                    &origin.region,          &origin.stream,       &origin.shard_id,
                                    &origin.sequence_number, &origin.partition_key};
  const bool has_shared_key = batch.log_stream.size > 0 || batch.partition_key.size > 0;
  size_t text_bytes = kHashedKeyBytes;  // for the shared key, where it is hashed
  for (const penstock_bytes* field : fields) text_bytes += field->size;
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const penstock_record record = record_at(batch, i);
    const std::string_view key = own_key(batch, record);
    text_bytes += record.body.size;
    if (!key.empty() || !has_shared_key) text_bytes += std::max(key.size(), kHashedKeyBytes);
  }
  text_ = std::make_unique_for_overwrite<char[]>(text_bytes);
  TextStore store(text_.get(), text_bytes);
  for (penstock_bytes* field : fields) *field = bytes(store.keep(view(*field)));

  std::string_view shared_key = view(origin.log_stream.size > 0 ? origin.log_stream : origin.partition_key);
  if (!shared_key.empty() && !is_partition_key(shared_key)) shared_key = keep_key(store, shared_key);
  records.reserve(batch.record_count);
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const penstock_record record = record_at(batch, i);
    std::string_view key = own_key(batch, record);
    if (!key.empty())
      key = keep_key(store, key);
    else
      key = shared_key.empty() ? keep_random_key(store, random) : shared_key;
    records.push_back({.batch = this,
                       .data = store.keep(view(record.body)),
                       .partition_key = key,
                       .refusals = 0,
                       .unreadable = (record.flags & PENSTOCK_RECORD_UNREADABLE) != 0});
  }
  memory_bytes = sizeof *this + text_bytes + records.capacity() * sizeof(WriterRecord);
}

}  // namespace penstock
