#include "core/logs/record/lambda_filter.h"

#include "base/bytes.h"
#include "base/records.h"

namespace penstock::logs {

namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr size_t kMaxPieceRecords = 8192;
constexpr size_t kLargeBufferBytes = size_t{1} << 20;

}  // namespace

LambdaFilter::LambdaFilter(const LambdaFilterOptions& options)
    : log_groups_(options.log_groups), writer_(options) {}

int32_t LambdaFilter::apply(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx) {
  text_.clear();
  records_.clear();
  if (!log_groups_.wanted(view(batch.log_group))) {
    counters_.records += static_cast<int64_t>(batch.record_count);
    counters_.excluded += static_cast<int64_t>(batch.record_count);
    return PENSTOCK_OK;
  }
  writer_.begin(batch);
  for (uint64_t index = 0; index < batch.record_count; ++index) {
    append(batch, index);
    if (text_.size() < kPieceBytes && records_.size() < kMaxPieceRecords) continue;
    if (const int32_t result = emit_piece(batch, emit, emit_ctx); result < 0) return result;
  }
  return records_.empty() ? PENSTOCK_OK : emit_piece(batch, emit, emit_ctx);
}

void LambdaFilter::append(const penstock_batch& batch, uint64_t index) {
  records_.push_back(record_at(batch, index));
  penstock_record& record = records_.back();
  const size_t from = text_.size();
  const RecordWriter::Kind kind = writer_.append(text_, record);
  ++counters_.records;
  switch (kind) {
    case RecordWriter::Kind::system_line:
      ++counters_.system_lines;
      break;
    case RecordWriter::Kind::passed_through:
      ++counters_.passed_through;
      break;
    case RecordWriter::Kind::wrapped:
      ++counters_.wrapped;
      break;
    case RecordWriter::Kind::dropped:
      ++counters_.dropped;
      records_.pop_back();
      return;
  }
  record.body = {nullptr, text_.size() - from};
  record.extracted_fields = {};  // they are now in the body
  record.flags |= PENSTOCK_RECORD_JSON;
}

int32_t LambdaFilter::emit_piece(const penstock_batch& batch, penstock_emit_fn emit, void* emit_ctx) {
  const char* body = text_.data();
  for (penstock_record& record : records_) {
    record.body.data = body;
    body += record.body.size;
  }
  penstock_batch piece = batch;
  piece.struct_size = sizeof piece;
  piece.record_stride = sizeof(penstock_record);
  piece.records = records_.data();
  piece.record_count = records_.size();
  const int32_t result = emit(emit_ctx, &piece);
  text_.clear();
  records_.clear();
  if (text_.capacity() > kLargeBufferBytes) text_.release();
  return result < 0 ? result : PENSTOCK_OK;
}

}  // namespace penstock::logs
