#include "core/kinesis/output/writer_batch.h"

#include <cassert>
#include <cstring>
#include <span>

#include "base/bytes.h"
#include "base/records.h"

namespace penstock::kinesis {

namespace {

// Allocator that places text in one block of memory. REQUIRES: the block is large enough.
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

bool same(std::string_view a, std::string_view b) { return a.data() == b.data() && a.size() == b.size(); }

}  // namespace

WriterBatch::WriterBatch(uint64_t batch_number, const penstock_batch& batch, PartitionKeys& partition_keys,
                         Random& random, int64_t now_ms)
    : number(batch_number), origin(batch), written_ms(now_ms), outstanding(batch.record_count) {
  origin.struct_size = sizeof origin;
  origin.records = nullptr;
  origin.record_count = 0;

  penstock_bytes* const fields[] = {&origin.log_group,       &origin.log_stream,    &origin.owner,
                                    &origin.region,          &origin.stream,        &origin.shard_id,
                                    &origin.sequence_number, &origin.partition_key, &origin.central_log_group};
  const std::span<const std::string_view> keys = partition_keys.choose(batch, random);
  size_t text_bytes = 0;
  for (const penstock_bytes* field : fields) text_bytes += field->size;
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    text_bytes += record_at(batch, i).body.size;
    if (i == 0 || !same(keys[i], keys[i - 1])) text_bytes += keys[i].size();
  }
  text_ = std::make_unique_for_overwrite<char[]>(text_bytes);
  TextStore store(text_.get(), text_bytes);
  for (penstock_bytes* field : fields) *field = bytes(store.keep(view(*field)));

  records.reserve(batch.record_count);
  std::string_view key;
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const penstock_record record = record_at(batch, i);
    if (i == 0 || !same(keys[i], keys[i - 1])) key = store.keep(keys[i]);
    records.push_back({.batch = this,
                       .data = store.keep(view(record.body)),
                       .partition_key = key,
                       .unreadable = (record.flags & PENSTOCK_RECORD_UNREADABLE) != 0});
  }
  memory_bytes = sizeof *this + text_bytes + records.capacity() * sizeof(WriterRecord);
}

}  // namespace penstock::kinesis
