#include "fluentbit/filter/lambda_records.h"

#include <algorithm>
#include <array>
#include <exception>

#include "base/coded_text.h"
#include "client/batch.h"
#include "fluentbit/msgpack/msgpack_writer.h"
#include "fluentbit/msgpack/receipt_in_metadata.h"

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

// Lines per call of the filter: enough to make the cost of a call negligible, and few enough to stay in the cache.
constexpr size_t kMaxLines = 256;

// Filters keep the key of a record. Here the key is one byte that says which line the record was made from.
constexpr std::array kKeys = [] {
  std::array<char, kMaxLines> keys{};
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<char>(i);
  return keys;
}();
static_assert(kMaxLines - 1 <= UINT8_MAX);

constexpr size_t kLargeBufferBytes = size_t{8} << 20;

// Returns the text between two positions.
std::string_view between(const char* from, const char* to) { return {from, static_cast<size_t>(to - from)}; }

// Reads a whole value. Returns the contents of text or binary; a null data() for any other value.
std::string_view read_text(MsgpackReader& reader) {
  MsgpackReader ahead = reader;
  MsgpackToken token;
  if (!ahead.next(token) || token.kind == Kind::array || token.kind == Kind::map) {
    reader.value();
    return {};
  }
  reader = ahead;
  return token.kind == Kind::text || token.kind == Kind::binary ? token.bytes : std::string_view();
}

}  // namespace

bool LambdaRecords::apply(std::string_view chunk) {
  problem_.clear();
  clear_lines();
  too_deep_ = 0;
  copied_ = chunk.data();
  if (out_.capacity() > kLargeBufferBytes) std::string().swap(out_);
  out_.clear();
  receipts_.clear();
  LogEvents events(chunk);
  for (LogEvent event; events.next(event);) {
    find_line(event);
    if (lines_.size() == kMaxLines && !filter_lines()) return false;
  }
  if (!lines_.empty() && !filter_lines()) return false;
  if (!events.problem().empty())
    complain(coded("PS0971",
                   "a chunk is not log events in msgpack, and passes unchanged from there: " + events.problem()));
  if (too_deep_ > 0)
    complain(coded("PS0973", "records whose JSON is nested more than " + std::to_string(JsonToMsgpack::kMaxDepth) +
                                 " deep pass unchanged; records: " + std::to_string(too_deep_)));
  if (copied_ == chunk.data()) return false;  // no event has a line
  out_ += between(copied_, chunk.data() + chunk.size());
  return true;
}

// Filters the lines found so far. Appends their events with new bodies, and what is between them; skips events
// that the filter drops.
bool LambdaRecords::filter_lines() {
  const penstock_batch batch = client::batch_of(events_.data(), events_.size(), 0);
  const auto emit = [](void* self, const penstock_batch* records) {
    return static_cast<LambdaRecords*>(self)->take(*records);
  };
  client::Error error;
  if (const int32_t result = filter_.apply(batch, emit, this, error); result < 0) {
    complain(in_context("a chunk passes unchanged", error.describe(result)));
    return false;
  }
  leave_out(lines_.size());
  clear_lines();
  return true;
}

void LambdaRecords::clear_lines() {
  lines_.clear();
  events_.clear();
  taken_ = 0;
}

void LambdaRecords::complain(const std::string& coded_text) {
  problem_.append(problem_.empty() ? "" : "; ").append(coded_text);
}

// Adds the event if it has a line, with the id next to it. If a key is repeated, the first one counts.
void LambdaRecords::find_line(const LogEvent& event) {
  MsgpackReader reader(event.body);
  MsgpackToken token;
  if (!reader.next(token) || token.kind != Kind::map) return;
  std::string_view line;
  std::string_view line_pair;
  std::string_view id;
  for (size_t left = token.count; left > 0; --left) {
    const char* const pair = reader.at();
    const std::string_view name = read_text(reader);
    const std::string_view value = read_text(reader);
    if (value.data() == nullptr) continue;
    if (line.data() == nullptr && name == options_.key_name) {
      line = value;
      line_pair = between(pair, reader.at());
    } else if (id.data() == nullptr && name == kEventIdKey) {
      id = value;
    }
  }
  if (line.data() == nullptr) return;
  penstock_record record = {};
  record.time_ms = event.seconds * 1000 + event.nanoseconds / 1'000'000;
  record.id = {id.data(), id.size()};
  record.key = {&kKeys[lines_.size()], 1};
  record.body = {line.data(), line.size()};
  events_.push_back(record);
  lines_.push_back({event.whole, event.metadata, event.body, line_pair});
}

// Takes the filter's records. noexcept, because exceptions must not cross the ABI.
int32_t LambdaRecords::take(const penstock_batch& records) noexcept {
  try {
    const char* at = reinterpret_cast<const char*>(records.records);
    for (uint64_t left = records.record_count; left > 0; --left, at += records.record_stride) {
      const auto& record = *reinterpret_cast<const penstock_record*>(at);
      if (record.key.size != 1) return PENSTOCK_E_INVALID;
      const size_t index = static_cast<uint8_t>(*record.key.data);
      if (index < taken_ || index >= lines_.size()) return PENSTOCK_E_INVALID;
      leave_out(index);
      append_record(lines_[taken_++], {record.body.data, record.body.size});
    }
    return PENSTOCK_OK;
  } catch (const std::exception&) {
    return PENSTOCK_E_MEMORY;
  }
}

// Drops the events of the lines before end that the filter did not return.
void LambdaRecords::leave_out(size_t end) {
  for (; taken_ < end; ++taken_) {
    const Line& line = lines_[taken_];
    out_ += between(copied_, line.event.data());
    copied_ = line.event.data() + line.event.size();
    append_receipts(receipts_, line.metadata);
  }
}

void LambdaRecords::append_record(const Line& line, std::string_view json) {
  out_ += between(copied_, line.body.data());
  copied_ = line.body.data();
  if (!options_.reserve_data && !options_.preserve_key) {
    if (!json_to_msgpack_.append(out_, json)) {
      ++too_deep_;
      return;
    }
  } else {
    members_.clear();
    const std::optional<size_t> count = json_to_msgpack_.append_members(members_, json);
    if (!count) {
      ++too_deep_;
      return;
    }
    append_kept(line);
    MsgpackWriter writer(out_);
    writer.map(*count + kept_count_);
    writer.raw(members_);
    writer.raw(kept_);
  }
  copied_ += line.body.size();
}

// Collects the members of the old body that stay. Names must be unique: many stores reject a document in which one
// is repeated.
void LambdaRecords::append_kept(const Line& line) {
  kept_.clear();
  kept_count_ = 0;
  read_names();
  MsgpackReader reader(line.body);
  MsgpackToken token;
  reader.next(token);
  for (size_t left = token.count; left > 0; --left) {
    const char* const pair = reader.at();
    const std::string_view name = read_text(reader);
    reader.value();
    const bool is_line = pair == line.pair.data();
    if (is_line ? !options_.preserve_key : !options_.reserve_data) continue;
    if (name.data() != nullptr && std::binary_search(names_.begin(), names_.end(), name)) continue;
    kept_ += between(pair, reader.at());
    ++kept_count_;
  }
}

void LambdaRecords::read_names() {
  names_.clear();
  for (MsgpackReader reader(members_); !reader.done(); reader.value()) names_.push_back(read_text(reader));
  std::sort(names_.begin(), names_.end());
}

}  // namespace penstock::fluentbit
