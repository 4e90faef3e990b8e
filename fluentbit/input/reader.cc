#include "fluentbit/input/reader.h"

#include <algorithm>
#include <exception>
#include <new>

#include "base/coded_text.h"
#include "base/records.h"
#include "fluentbit/agent/receipts.h"

namespace penstock::fluentbit {

namespace {

// Redeeming a receipt does not wake the thread, so it polls at this interval.
constexpr int64_t kReceiptsIntervalMs = 100;

}  // namespace

Reader::Reader(ReaderStages stages, ChunkFormat format, ChunkQueue& queue, LogRelay& log)
    : stages_(std::move(stages)),
      writer_(std::move(format)),
      queue_(queue),
      log_(log),
      input_(*stages_.input),
      outstanding_(stages_.max_unacknowledged_bytes) {}

Reader::~Reader() {
  if (ledger_ != nullptr) stages_.receipts->close(ledger_);
}

std::string Reader::open() {
  const penstock_host host = client::logging_host(log_);
  if (stages_.filter != nullptr) {
    filter_.emplace(*stages_.filter);
    if (std::string problem = filter_->open(&host, stages_.filter_options); !problem.empty()) return problem;
  }
  if (stages_.receipts != nullptr) {
    client::Error error;
    if (const int32_t result = stages_.receipts->open(&ledger_, &error); result < 0) return error.describe(result);
  }
  return input_.open(&host, stages_.input_options);
}

void Reader::show_metrics(void* instance, std::string_view name) {
  input_metrics_.open(AgentMetrics::kOfInput, instance, name, input_);
  if (filter_) filter_metrics_.open(AgentMetrics::kOfInput, instance, name, *filter_);
}

bool Reader::turn(int64_t now_ms, bool readable) {
  now_ms_ = now_ms;
  settle();
  const bool blocked = ended_ || full(0);
  if (ledger_ != nullptr) {
    if (const auto warning = outstanding_.warning(now_ms)) log_.warn("PS0966", *warning);
  }
  if (readable) pacing_.on_readable();
  using Call = client::InputPacing::Call;
  const Call call = pacing_.next_call(blocked, now_ms);
  if (call == Call::poll) poll(now_ms);
  if (call == Call::pump) pump(now_ms);
  input_metrics_.update(input_, now_ms);
  if (filter_) filter_metrics_.update(*filter_, now_ms);
  return push();  // including chunks that an earlier turn had no memory for
}

int64_t Reader::next_ms(int64_t now_ms) const {
  if (ack_again_) return now_ms + client::Pacing::kAfterFailureMs;
  if (!settled_.empty()) return now_ms;
  const int64_t next_ms = std::min(pacing_.next_ms(now_ms), std::max(now_ms, input_metrics_.next_ms()));
  return outstanding_.empty() ? next_ms : std::min(next_ms, now_ms + kReceiptsIntervalMs);
}

void Reader::close(int64_t deadline_ms) {
  settle();
  client::Error error;
  const int32_t result = input_.close(deadline_ms, error);
  if (result < 0)
    log_.line(PENSTOCK_LOG_ERROR, in_context("the input did not close cleanly", error.describe(result)));
}

// Settles batches. If the input has no memory for one, it stays here: it would not be reported again.
void Reader::settle() {
  ack_again_ = false;
  queue_.take_settled(done_);
  for (; !done_.empty(); done_.pop_back()) {
    for (std::vector<uint64_t>& completes = done_.back().completes; !completes.empty(); completes.pop_back())
      if (!ack({completes.back(), PENSTOCK_DELIVERED})) return;
    writer_.give_back(std::move(done_.back()));
  }
  if (ledger_ != nullptr) stages_.receipts->settled(ledger_, on_redeemed, this);
  for (; !settled_.empty(); settled_.pop_back())
    if (!ack(settled_.back())) return;
}

// Returns false if the input has no memory for it now.
bool Reader::ack(const Settled& batch) {
  client::Error error;
  const int32_t result = input_.ack(batch.ack_id, batch.outcome, error);
  if (result < 0) log_failure("cannot settle a batch", error, result);
  ack_again_ = result == PENSTOCK_E_MEMORY;
  return !ack_again_;
}

void Reader::poll(int64_t now_ms) {
  refused_ = false;
  client::Error error;
  const int32_t result = input_.poll(on_emit, this, error);
  ended_ = ended_ || result == PENSTOCK_END;
  pacing_.on_polled(result, refused_, now_ms);
  if (result < 0 && !refused_) log_failure("", error, result);
}

void Reader::pump(int64_t now_ms) {
  client::Error error;
  const int32_t result = input_.pump_input(error);
  pacing_.on_pumped(now_ms);
  if (result < 0) log_failure("", error, result);
}

bool Reader::push() {
  writer_.take(ready_);
  const bool any = !ready_.empty();
  for (Chunk& chunk : ready_)
    if (!chunk.data.empty()) queue_.push(std::move(chunk));  // empty: pushed before memory ran out
  ready_.clear();
  bytes_taken_ = 0;
  return any;
}

int32_t Reader::on_emit(void* ctx, const penstock_batch* batch) noexcept {
  Reader& reader = *static_cast<Reader*>(ctx);
  try {
    return reader.take(*batch);
  } catch (const std::exception&) {  // bad_alloc: the input emits the batch again
    reader.writer_.roll_back();
    reader.outstanding_.remove(batch->ack_id);
    return reader.refuse(PENSTOCK_E_MEMORY);
  }
}

int32_t Reader::on_filtered(void* ctx, const penstock_batch* batch) noexcept {
  try {
    static_cast<Reader*>(ctx)->add_records(*batch);
    return PENSTOCK_OK;
  } catch (const std::exception&) {
    return PENSTOCK_E_MEMORY;
  }
}

void Reader::on_redeemed(void* ctx, uint64_t ack_id, int32_t outcome) noexcept {
  Reader& reader = *static_cast<Reader*>(ctx);
  reader.outstanding_.remove(ack_id);
  reader.settled_.push_back({ack_id, outcome});  // take() has reserved the memory
}

int32_t Reader::take(const penstock_batch& batch) {
  records_added_ = 0;
  records_given_ = batch.record_count;
  receipts_.clear();
  writer_.begin(batch);
  if (const int32_t result = transform(batch); result < 0) {
    writer_.roll_back();
    return refuse(result);
  }
  bytes_taken_ += writer_.bytes();
  const size_t most_settled = settled_.size() + outstanding_.size() + 1;
  if (settled_.capacity() < most_settled) settled_.reserve(2 * most_settled);
  if (records_added_ == 0) {
    settled_.push_back({batch.ack_id, PENSTOCK_FILTERED});
  } else if (ledger_ != nullptr) {
    outstanding_.add(batch, writer_.bytes(), now_ms_);
    redeem_rest();
  }
  writer_.end(records_added_ > 0 && ledger_ == nullptr);
  return full(bytes_taken_) ? PENSTOCK_FULL : PENSTOCK_OK;
}

bool Reader::full(size_t more_bytes) const {
  return queue_.full(more_bytes) || (ledger_ != nullptr && outstanding_.full());
}

int32_t Reader::transform(const penstock_batch& batch) {
  if (filter_) {
    client::Error error;
    const int32_t result = filter_->apply(batch, on_filtered, this, error);
    if (result >= 0) return result;
    log_failure("filter " + std::string(stages_.filter->id), error, result);
    if (error.retryable != 0 || result == PENSTOCK_E_MEMORY) return result;
    // Unfiltered records are better than none.
    writer_.roll_back();
    writer_.begin(batch);
    records_added_ = 0;
  }
  add_records(batch);
  return PENSTOCK_OK;
}

int32_t Reader::refuse(int32_t code) {
  refused_ = true;
  return code;
}

// Called at the first record of a batch: if the filter drops a whole batch, its receipts would never be redeemed.
void Reader::issue_receipts(uint64_t ack_id) {
  receipts_.resize(records_given_ * PENSTOCK_RECEIPT_BYTES);
  const int32_t result = stages_.receipts->issue(ledger_, ack_id, records_given_, receipts_.data(), nullptr);
  if (result < 0) throw std::bad_alloc();
}

// Redeems the receipts that are left over because the filter made fewer records than it got.
void Reader::redeem_rest() {
  std::string_view rest = receipts_;
  rest.remove_prefix(std::min(records_added_ * PENSTOCK_RECEIPT_BYTES, rest.size()));
  if (redeem(*stages_.receipts, rest, PENSTOCK_DELIVERED) < rest.size()) throw std::bad_alloc();
}

void Reader::add_records(const penstock_batch& batch) {
  if (ledger_ != nullptr && receipts_.empty() && batch.record_count > 0) issue_receipts(batch.ack_id);
  const std::string_view receipts = receipts_;
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const size_t at = std::min(records_added_ * PENSTOCK_RECEIPT_BYTES, receipts.size());
    writer_.add(record_at(batch, i), receipts.substr(at, PENSTOCK_RECEIPT_BYTES));
    ++records_added_;
  }
}

void Reader::log_failure(std::string_view context, const client::Error& error, int32_t result) noexcept try {
  const std::string reason = error.describe(result);
  std::optional<std::string> line =
      repeats_.pass({}, context.empty() ? reason : in_context(context, reason), now_ms_);
  if (line) log_.line(error.retryable != 0 ? PENSTOCK_LOG_WARN : PENSTOCK_LOG_ERROR, std::move(*line));
} catch (const std::exception&) {  // no memory for the line
}

}  // namespace penstock::fluentbit
