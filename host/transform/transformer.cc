#include "host/transform/transformer.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/coded_text.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "client/batch.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

constexpr size_t kFlushBytes = 65536;

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

int64_t wall_ms() {
  std::timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

Transformer::Transformer(client::Instance& messages, client::Instance& records, Summary* summary, int fd)
    : messages_(messages), records_(records), summary_(summary), fd_(fd), terminal_(isatty(fd) == 1) {}

void Transformer::document(std::string_view text, bool is_json, const std::string& place) {
  if (reader_gone_) return;
  if (!is_json) return base64_line(text, place);
  std::string error;
  const auto take = [&](KinesisRecord& record) { event_record(record, place); };
  switch (read_invocation_event(text, take, error)) {
    case EventForm::event:
      return;
    case EventForm::other:
      return source_record(text, {}, {place, {}});
    case EventForm::unreadable:
      return fail(place, "PS0929", error);
  }
}

void Transformer::base64_line(std::string_view text, const std::string& place) {
  const std::optional<std::string> bytes = decode_base64(std::string(text));
  if (bytes && is_gzip(*bytes)) return source_record(*bytes, {}, {place, {}});
  fail(place, "PS0927", "'" + printable(text, 40) + "' is neither JSON nor a gzip record in base64");
}

void Transformer::event_record(KinesisRecord& record, const std::string& place) {
  const Where here{place, record.index ? "record " + std::to_string(*record.index) : ""};
  const std::string member(record.member);
  if (!record.data) return fail(here, coded("PS0928", "the member " + member + " is missing"));
  std::erase_if(*record.data, [](char c) { return c == '\n' || c == '\r'; });  // it may be wrapped
  const std::optional<std::string> bytes = decode_base64(std::move(*record.data));
  if (!bytes) return fail(here, coded("PS0928", "the member " + member + " is not base64"));
  source_record(*bytes, record, here);
}

void Transformer::source_record(std::string_view body, const KinesisRecord& origin, const Where& where) {
  if (reader_gone_) return;
  ++source_records_;
  penstock_record record{};
  record.time_ms = origin.arrival_time_ms > 0 ? origin.arrival_time_ms : wall_ms();
  record.body = bytes(body);
  record.flags = PENSTOCK_RECORD_TIME_IS_ARRIVAL;
  penstock_batch batch = client::batch_of(&record, 1, static_cast<uint64_t>(source_records_));
  batch.region = bytes(origin.region);
  batch.stream = bytes(origin.stream);
  batch.shard_id = bytes(origin.shard_id);
  batch.sequence_number = bytes(origin.sequence_number);
  batch.partition_key = bytes(origin.partition_key);
  batch.arrival_time_ms = record.time_ms;

  where_ = &where;
  client::Error error;
  const int32_t result = messages_.apply(batch, on_events, this, error);
  if (result < 0 && !reader_gone_) fail(where, error.describe(result));
}

int32_t Transformer::on_events(void* ctx, const penstock_batch* batch) noexcept {
  Transformer& self = *static_cast<Transformer*>(ctx);
  client::Error error;
  const int32_t result = self.records_.apply(*batch, on_records, ctx, error);
  if (self.reader_gone_) return PENSTOCK_E_IO;
  // The events of the other batches are still printed.
  if (result < 0) self.fail(*self.where_, error.describe(result));
  return PENSTOCK_OK;
}

int32_t Transformer::on_records(void* ctx, const penstock_batch* batch) noexcept {
  Transformer& self = *static_cast<Transformer*>(ctx);
  const char* bytes = reinterpret_cast<const char*>(batch->records);
  for (uint64_t i = 0; i < batch->record_count; ++i, bytes += batch->record_stride) {
    const auto& record = *reinterpret_cast<const penstock_record*>(bytes);
    ++self.made_;
    if (self.summary_ != nullptr)
      self.summary_->add(*batch, record);
    else
      self.print({record.body.data, record.body.size});
  }
  return self.reader_gone_ ? PENSTOCK_E_IO : PENSTOCK_OK;
}

void Transformer::print(std::string_view body) {
  if (terminal_)
    append_json_for_terminal(out_, body);
  else
    out_ += body;
  out_ += '\n';
  if (out_.size() >= kFlushBytes) flush();
}

void Transformer::write(std::string_view text) {
  out_ += text;
  flush();
}

void Transformer::flush() {
  if (!reader_gone_ && !write_all(fd_, out_).empty()) {
    reader_gone_ = true;
    fail("penstock transform", "PS0906", std::string("cannot write to standard output: ") + std::strerror(errno));
  }
  out_.clear();
}

void Transformer::fail(const std::string& place, MessageId id, const std::string& reason) {
  fail(Where{place, {}}, coded(id, reason));
}

void Transformer::fail(const Where& where, const std::string& coded_reason) {
  ++failures_;
  const std::string text = where.record.empty() ? coded_reason : in_context(where.record, coded_reason);
  std::fprintf(stderr, "%s: %s\n", where.place.c_str(), text.c_str());
}

}  // namespace penstock::host
