#include "fluentbit/input/chunk_writer.h"

#include <utility>

#include "base/bytes.h"
#include "base/records.h"
#include "fluentbit/msgpack/log_events.h"
#include "fluentbit/msgpack/msgpack_writer.h"
#include "fluentbit/msgpack/receipt_in_metadata.h"

namespace penstock::fluentbit {

namespace {

// Maximum number of buffers kept for reuse, each of about chunk_bytes.
constexpr size_t kSpares = 32;

}  // namespace

ChunkWriter::ChunkWriter(ChunkFormat format) : format_(std::move(format)) { spare_.reserve(kSpares); }

void ChunkWriter::begin(const penstock_batch& origin) {
  origin_members_.clear();
  bytes_ = 0;
  format_.tag.expand(origin, tag_);
  auto at = tags_.find(tag_);
  if (at == tags_.end()) {
    open_.emplace_back();  // unreachable until it has a tag
    try {
      open_.back().tag = tag_;
      at = tags_.emplace(tag_, open_.size() - 1).first;
    } catch (...) {
      open_.pop_back();
      throw;
    }
    open_.back().data = spare();
  }
  current_ = at->second;
  origin_ = &origin;
  full_before_ = full_.size();
  size_before_ = current().data.size();
  events_before_ = current().events;
}

void ChunkWriter::add(const penstock_record& record, std::string_view receipt) {
  const size_t before = current().data.size();
  append_event(record, receipt);
  const size_t size = current().data.size() - before;
  bytes_ += size;
  ++current().events;
  if (before == 0 || before + size <= format_.chunk_bytes) return;
  // What the chunk held before this event becomes a full chunk.
  Chunk next{current().tag, spare(), 0};
  next.data.append(current().data, before);
  next.events = 1;
  full_.emplace_back();  // nothing below allocates
  current().data.resize(before);
  --current().events;
  full_.back() = std::exchange(current(), std::move(next));
}

void ChunkWriter::end(bool completes) {
  if (completes) current().completes.push_back(origin_->ack_id);
  origin_ = nullptr;
}

void ChunkWriter::roll_back() noexcept {
  if (origin_ == nullptr) return;
  if (full_.size() > full_before_) {
    std::swap(current(), full_[full_before_]);
    while (full_.size() > full_before_) {
      give_back(std::move(full_.back()));
      full_.pop_back();
    }
  }
  current().data.resize(size_before_);
  current().events = events_before_;
  bytes_ = 0;
  origin_ = nullptr;
}

void ChunkWriter::take(std::vector<Chunk>& out) {
  out.reserve(out.size() + full_.size() + open_.size());
  for (Chunk& chunk : full_) out.push_back(std::move(chunk));
  for (Chunk& chunk : open_)
    if (!chunk.data.empty()) out.push_back(std::move(chunk));
  full_.clear();
  open_.clear();
  tags_.clear();
}

void ChunkWriter::give_back(Chunk chunk) noexcept {
  if (spare_.size() >= kSpares) return;  // the constructor reserved kSpares
  chunk.data.clear();
  spare_.push_back(std::move(chunk.data));
}

std::string ChunkWriter::spare() noexcept {
  if (spare_.empty()) return {};
  std::string out = std::move(spare_.back());
  spare_.pop_back();
  return out;
}

void ChunkWriter::append_event(const penstock_record& record, std::string_view receipt) {
  std::string& data = current().data;
  MsgpackWriter out(data);
  out.array(2);
  if (format_.metadata) out.array(2);
  out.event_time(record.time_ms);
  if (format_.metadata) {
    out.map(receipt.empty() ? 0 : 1);
    if (!receipt.empty()) {
      out.text(kReceiptKey);
      out.binary(receipt);
    }
  }
  const bool is_json = (record.flags & PENSTOCK_RECORD_JSON) != 0;
  if (!is_json || !json_.append(data, view(record.body))) append_text(record);
}

void ChunkWriter::append_text(const penstock_record& record) {
  if (origin_members_.empty()) {
    MsgpackWriter out(origin_members_);
    origin_member_count_ = 0;
    const auto member = [&](std::string_view key, penstock_bytes value) {
      if (value.size == 0) return;
      out.text(key);
      out.text(view(value));
      ++origin_member_count_;
    };
    member("log_group", origin_->log_group);
    member("central_log_group", central_log_group_of(*origin_));
    member("log_stream", origin_->log_stream);
    member("owner", origin_->owner);
  }
  MsgpackWriter out(current().data);
  out.map(1 + origin_member_count_ + (record.id.size > 0 ? 1 : 0));
  out.text("log");
  out.text(view(record.body));
  out.raw(origin_members_);
  if (record.id.size > 0) {
    out.text(kEventIdKey);
    out.text(view(record.id));
  }
}

}  // namespace penstock::fluentbit
