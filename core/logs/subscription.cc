#include "core/logs/subscription.h"

#include <algorithm>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/logs/canonical_message.h"

namespace penstock {

namespace {

constexpr size_t kLargeBufferBytes = size_t{1} << 20;
constexpr size_t kMaxTextBytes = size_t{1} << 30;  // places in the text are kept in 32 bits
constexpr size_t kMaxBatchEvents = 8192;
constexpr size_t kBeginningBytes = 60;  // of what was not understood, shown to tell what it is

// What may stand between documents and after them: JSON's blanks, and zero padding.
bool is_padding(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\0'; }

// What exceeds its limit; "": nothing.
std::string name_that_is_too_long(const SubscriptionMessage& message) {
  struct Name {
    const char* what;
    std::string_view text;
    size_t limit;
  };
  for (const Name& name : {Name{"logGroup", message.log_group, kMaxLogGroupCharacters},
                           Name{"logStream", message.log_stream, kMaxLogGroupCharacters},
                           Name{"owner", message.owner, kMaxOwnerCharacters}})
    if (has_more_characters(name.text, name.limit))
      return std::string("its ") + name.what + " has " + std::to_string(name.text.size()) +
             " bytes, and at most " + std::to_string(name.limit) + " characters are allowed";
  return {};
}


}  // namespace

SubscriptionReader::SubscriptionReader(size_t inflate_limit_bytes, ExtractedFields fields, Inflater inflater)
    : inflate_limit_bytes_(std::min(inflate_limit_bytes, kMaxTextBytes)), fields_(fields), gunzip_(inflater) {}

void SubscriptionReader::begin(std::string_view data, const penstock_batch& origin) {
  origin_ = origin;
  problem_ = {};
  message_.clear();
  next_event_ = 0;
  at_ = 0;
  documents_ = 0;
  is_repaired_ = false;
  text_.resize(0);
  if (Gunzip::looks_like_gzip(data)) {
    problem_ = gunzip_.inflate(data, inflate_limit_bytes_, text_);
  } else if (data.size() <= inflate_limit_bytes_) {
    text_.assign(data);
  } else {
    problem_ = {Code::too_large, "plain data of " + std::to_string(data.size()) + " bytes is larger than " +
                                     std::to_string(inflate_limit_bytes_) + ", the limit"};
  }
  counters_.inflated_bytes += static_cast<int64_t>(text_.size());
  text_.end_with_nul();
}

SubscriptionReader::Step SubscriptionReader::next(penstock_batch& batch) {
  while (next_event_ == message_.events.size()) {
    if (!read_message()) {
      release_large_buffers();
      return Step::end;
    }
  }
  fill_batch(batch);
  return Step::batch;
}

// Reads the next document; false where there is none, or none that can be read.
bool SubscriptionReader::read_message() {
  message_.clear();
  next_event_ = 0;
  const std::string_view text = text_.view();
  while (at_ < text.size() && is_padding(text[at_])) ++at_;
  const std::string_view rest = text.substr(at_);
  if (rest.empty()) {
    if (documents_ == 0 && problem_.ok())
      problem_ = {Code::invalid, "a record with nothing in it: neither gzip nor JSON"};
    return false;
  }
  ++documents_;
  // Copied, since reading in place changes it.
  beginning_.assign(rest, 0, kBeginningBytes);
  const Status status = read_document();
  if (!status.ok()) {
    note_document(documents_ == 1 && beginning_[0] != '{' ? "neither gzip nor JSON" : "broken JSON",
                  ": " + status.message());
    message_.clear();
    at_ = text.size();
    return false;
  }
  check_message();
  return true;
}

// The fast lane as far as it goes, then the JSON parser, which must find no escapes of half a surrogate pair.
Status SubscriptionReader::read_document() {
  if (read_canonical_message(text_.data(), at_, message_)) return {};
  if (!is_repaired_) replace_lone_surrogate_escapes(text_.data() + at_, text_.size() - at_);
  is_repaired_ = true;
  return read_subscription_message(text_.data(), at_, fields_ == ExtractedFields::keep, message_);
}

// Keeps the events of a data message alone.
void SubscriptionReader::check_message() {
  if (message_.type == "DATA_MESSAGE" && message_.has_events) {
    if (const std::string too_long = name_that_is_too_long(message_); !too_long.empty()) {
      message_.events.clear();
      return note_document("a data message that cannot be from CloudWatch Logs", ": " + too_long);
    }
    ++counters_.messages;
    counters_.events += static_cast<int64_t>(message_.events.size());
    if (message_.bad_events > 0)
      note_document("log events without a message", ": " + std::to_string(message_.bad_events));
    if (message_.bad_origins > 0)
      note_document("log events with an account of more than 12 characters or a region of more than 63",
                    ": " + std::to_string(message_.bad_origins));
    return;
  }
  message_.events.clear();
  if (message_.type == "CONTROL_MESSAGE") {
    ++counters_.control_messages;
  } else if (message_.type.empty()) {
    note_document("JSON that is no subscription message", ": it has no messageType");
  } else if (message_.type == "DATA_MESSAGE") {
    note_document("a data message without events", ": it has no logEvents array");
  } else {
    ++counters_.other_messages;
    if (unknown_type_.empty()) unknown_type_ = printable(message_.type, kBeginningBytes);
  }
}

void SubscriptionReader::fill_batch(penstock_batch& batch) {
  const auto& events = message_.events;
  const uint32_t origin_index = events[next_event_].origin;
  records_.clear();
  for (; next_event_ < events.size() && records_.size() < kMaxBatchEvents; ++next_event_) {
    const SubscriptionMessage::Event& event = events[next_event_];
    if (event.origin != origin_index) break;
    const char* const body_base = event.body_is_rewritten ? message_.rewritten.data() : text_.data();
    penstock_record& record = records_.emplace_back();
    record.time_ms = event.has_time ? event.time_ms : origin_.arrival_time_ms;
    record.id = {text_.data() + event.id_at, event.id_size};
    record.body = {body_base + event.body_at, event.body_size};
    if (event.fields_size > 0)
      record.extracted_fields = {message_.fields.data() + event.fields_at, event.fields_size};
    if (!event.has_time) record.flags = PENSTOCK_RECORD_TIME_IS_ARRIVAL;
  }

  const auto first_known = [](std::string_view said, penstock_bytes otherwise) {
    return said.empty() ? otherwise : bytes(said);
  };
  const SubscriptionMessage::Origin& origin = message_.origins[origin_index];
  batch = origin_;
  batch.struct_size = sizeof(penstock_batch);
  batch.record_stride = sizeof(penstock_record);
  batch.records = records_.data();
  batch.record_count = records_.size();
  batch.log_group = first_known(message_.log_group, origin_.log_group);
  batch.log_stream = first_known(message_.log_stream, origin_.log_stream);
  batch.owner = first_known(origin.account, first_known(message_.owner, origin_.owner));
  batch.region = first_known(origin.region, origin_.region);
}

// Keeps the first problem alone: a record may have as many as it has documents.
void SubscriptionReader::note_document(const char* what, const std::string& why) {
  if (!problem_.ok()) return;
  problem_ = {Code::invalid, std::string(what) + " in document " + std::to_string(documents_) +
                                 " of the record, which begins \"" + printable(beginning_, kBeginningBytes) + '"' +
                                 why};
}

void SubscriptionReader::release_large_buffers() {
  if (buffer_bytes() <= kLargeBufferBytes) return;
  // Assigning an empty one would keep the memory.
  text_.release();
  std::vector<penstock_record>().swap(records_);
  SubscriptionMessage empty;
  std::swap(message_, empty);
  at_ = next_event_ = 0;
}

size_t SubscriptionReader::buffer_bytes() const {
  return text_.capacity() + message_.buffer_bytes() + records_.capacity() * sizeof(penstock_record);
}

}  // namespace penstock
