#include "plugin/fluentbit/lambda_records.h"

#include <algorithm>
#include <exception>

#include "plugin/fluentbit/library.h"
#include "plugin/fluentbit/log_events.h"
#include "plugin/fluentbit/msgpack_writer.h"

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

// That go through the filter at once: so many that a call costs nothing, so few that they stay in the cache.
constexpr size_t kMostLines = 256;

constexpr size_t kLargeBufferBytes = size_t{8} << 20;

// What lies between two places of the same text.
std::string_view between(const char* from, const char* to) { return {from, static_cast<size_t>(to - from)}; }

// Reads a whole value. What it says where it is text or binary; any other says nothing: a null data().
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
  LogEvents events(chunk);
  for (LogEvent event; events.next(event);) {
    find_line(event.body, event.seconds * 1000 + event.nanoseconds / 1'000'000);
    if (lines_.size() == kMostLines && !filter_lines()) return false;
  }
  if (!lines_.empty() && !filter_lines()) return false;
  if (!events.problem().empty()) complain("a chunk is " + events.problem() + ", and passes from there as it is");
  if (too_deep_ > 0)
    complain("records that pass as they are, since their JSON is nested more than " +
             std::to_string(JsonToMsgpack::kMaxDepth) + " deep: " + std::to_string(too_deep_));
  if (copied_ == chunk.data()) return false;  // no event had a line
  out_ += between(copied_, chunk.data() + chunk.size());
  return true;
}

// Appends the events found, changed, and what lies between them.
bool LambdaRecords::filter_lines() {
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof(penstock_record);
  batch.records = events_.data();
  batch.record_count = events_.size();
  const auto emit = [](void* self, const penstock_batch* records) {
    return static_cast<LambdaRecords*>(self)->take(*records);
  };
  Error error;
  if (filter_.apply(&instance_, &batch, emit, this, &error) < 0) {
    complain(std::string("a chunk passes as it is: ") + error.text);
    return false;
  }
  if (taken_ != lines_.size()) {
    complain("a chunk passes as it is: of " + std::to_string(lines_.size()) + " lines came back " +
             std::to_string(taken_));
    return false;
  }
  clear_lines();
  return true;
}

void LambdaRecords::clear_lines() {
  lines_.clear();
  events_.clear();
  taken_ = 0;
}

void LambdaRecords::complain(const std::string& text) {
  problem_.append(problem_.empty() ? "" : "; ").append(text);
}

void LambdaRecords::find_line(std::string_view body, int64_t time_ms) {
  MsgpackReader reader(body);
  MsgpackToken token;
  if (!reader.next(token) || token.kind != Kind::map) return;
  for (size_t left = token.count; left > 0; --left) {
    const char* const pair = reader.at();
    const std::string_view name = read_text(reader);
    const std::string_view line = read_text(reader);
    if (name != options_.key_name || line.data() == nullptr) continue;
    lines_.push_back({body, between(pair, reader.at())});
    penstock_record event = {};
    event.time_ms = time_ms;
    event.body = {line.data(), line.size()};
    events_.push_back(event);
    return;
  }
}

// Called through the ABI, which nothing may be thrown through.
int32_t LambdaRecords::take(const penstock_batch& records) noexcept {
  try {
    const char* at = reinterpret_cast<const char*>(records.records);
    for (uint64_t left = records.record_count; left > 0; --left, at += records.record_stride) {
      if (taken_ == lines_.size()) return PENSTOCK_E_INVALID;
      const penstock_bytes json = reinterpret_cast<const penstock_record*>(at)->body;
      append_record(lines_[taken_++], {json.data, json.size});
    }
    return PENSTOCK_OK;
  } catch (const std::exception&) {
    return PENSTOCK_E_MEMORY;
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

// The members of the old body that stay. A name must not be there twice: many a store refuses such a document.
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
