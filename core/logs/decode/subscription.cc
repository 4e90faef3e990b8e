#include "core/logs/decode/subscription.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "base/utf8.h"
#include "core/logs/decode/fast_message.h"

namespace penstock::logs {

namespace {

constexpr size_t kLargeBufferBytes = size_t{1} << 20;
constexpr size_t kMaxTextBytes = size_t{1} << 30;  // offsets into the text have 32 bits
constexpr size_t kBeginningBytes = 60;             // bytes of a document that an error quotes

// Returns whether c may be between or after documents: JSON white space, and zero padding.
bool is_padding(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\0'; }

// Returns what exceeds its limit, for an error; "" if nothing does.
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
             " bytes, but at most " + std::to_string(name.limit) + " characters are allowed";
  return {};
}

bool has_all_names(const SubscriptionMessage& message) {
  return !message.type.empty() && !message.owner.empty() && !message.log_group.empty() &&
         !message.log_stream.empty();
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
    problem_ = {Code::too_large, "PS0701",
                "the record is larger than inflate_limit; raise the limit (limit " +
                    std::to_string(inflate_limit_bytes_) + " bytes, " + std::to_string(data.size()) +
                    " uncompressed)"};
  }
  counters_.inflated_bytes += static_cast<int64_t>(text_.size());
  text_.end_with_nul();
}

SubscriptionReader::Step SubscriptionReader::next(penstock_batch& batch) {
  while (next_event_ == message_.events.size()) {
    if (message_.has_more_events ? !read_part() : !read_message()) {
      release();
      return Step::end;
    }
  }
  fill_batch(batch);
  return Step::batch;
}

// Reads the next document, or its first part. Returns false at the end, or if the document cannot be read.
bool SubscriptionReader::read_message() {
  message_.clear();
  next_event_ = 0;
  const std::string_view text = text_.view();
  while (at_ < text.size() && is_padding(text[at_])) ++at_;
  const std::string_view rest = text.substr(at_);
  if (rest.empty()) {
    if (documents_ == 0 && problem_.ok())
      problem_ = {Code::invalid, "PS0703", "the record is empty: expected gzip or JSON"};
    return false;
  }
  ++documents_;
  // A copy, because reading in place changes the text.
  beginning_.assign(rest, 0, kBeginningBytes);
  Status status = read_document();
  if (status.ok() && message_.has_more_events && !has_all_names(message_)) status = read_late_members();
  if (!status.ok()) {
    give_up_document(documents_ == 1 && beginning_[0] != '{' ? "neither gzip nor JSON" : "damaged JSON", status);
    return false;
  }
  check_message();
  return true;
}

// Reads the next part of the document.
bool SubscriptionReader::read_part() {
  message_.clear_events();
  next_event_ = 0;
  if (const Status status = read_on(); !status.ok()) {
    give_up_document("damaged JSON", status);
    return false;
  }
  check_events();
  return true;
}

// Skips the rest of the record: the end of a broken document cannot be found.
void SubscriptionReader::give_up_document(const char* what, const Status& why) {
  note_document(what, why.message());
  message_.clear();
  at_ = text_.size();
}

// Reads as far as the fast path goes, then continues with the JSON parser.
Status SubscriptionReader::read_document() {
  if (read_fast_message(text_.data(), at_, message_)) return {};
  return parse();
}

Status SubscriptionReader::read_on() {
  if (Status found = find_next_event(text_.data(), at_); !found.ok()) return found;
  if (text_.data()[at_] != '{')
    begin_events_at(text_.data(), at_);
  else if (read_fast_events(text_.data(), at_, message_))
    return {};
  return parse();
}

// Parses from at_. First replaces escapes of lone surrogates, which the parser does not accept.
Status SubscriptionReader::parse() {
  if (!is_repaired_) replace_lone_surrogate_escapes(text_.data() + at_, text_.size() - at_);
  is_repaired_ = true;
  return read_subscription_message(text_.data(), at_, fields_ == ExtractedFields::keep, message_);
}

// Counts the message. Keeps its events only if it is a valid data message.
void SubscriptionReader::check_message() {
  if (message_.type == "DATA_MESSAGE" && message_.has_events) {
    const std::string too_long = name_that_is_too_long(message_);
    if (too_long.empty()) {
      ++counters_.messages;
      return check_events();
    }
    note_document("invalid data message", too_long);
  } else if (message_.type == "CONTROL_MESSAGE") {
    ++counters_.control_messages;
  } else if (message_.type.empty()) {
    note_document("not a subscription message", "it has no messageType");
  } else if (message_.type == "DATA_MESSAGE") {
    note_document("invalid data message", "it has no array logEvents");
  } else {
    ++counters_.other_messages;
    if (unknown_type_.empty()) unknown_type_ = printable(message_.type, kBeginningBytes);
  }
  if (message_.has_more_events) at_ = end_of_message(text_.view(), at_);
  message_.clear_events();
}

void SubscriptionReader::check_events() {
  counters_.events += static_cast<int64_t>(message_.events.size());
  if (message_.bad_events > 0)
    note_document("invalid log events", "no message in " + std::to_string(message_.bad_events) + " of them");
  if (message_.bad_origins > 0)
    note_document("invalid log events",
                  "an account of more than 12 characters, a region of more than 63, or a log "
                  "group of more than 512, in " +
                      std::to_string(message_.bad_origins) + " of them");
}

// Reads the members after the events: the first batch already needs them.
Status SubscriptionReader::read_late_members() {
  std::string members = "{";
  end_of_message(text_.view(), at_, &members);
  if (members.back() == ',') members.pop_back();
  members += '}';
  late_members_.assign(members);
  late_members_.end_with_nul();
  size_t at = 0;
  return read_subscription_message(late_members_.data(), at, false, message_);
}

void SubscriptionReader::fill_batch(penstock_batch& batch) {
  const auto& events = message_.events;
  const uint32_t origin_index = events[next_event_].origin;
  const SubscriptionMessage::Origin& origin = message_.origins[origin_index];
  const auto first_known = [](std::string_view value, penstock_bytes fallback) {
    return value.empty() ? fallback : bytes(value);
  };
  batch = origin_;
  const penstock_bytes sending_group = first_known(message_.log_group, origin_.log_group);
  batch.log_group = first_known(origin.log_group, sending_group);
  batch.central_log_group = view(batch.log_group) == view(sending_group) ? penstock_bytes{} : sending_group;
  batch.log_stream = first_known(message_.log_stream, origin_.log_stream);
  batch.owner = first_known(origin.account, first_known(message_.owner, origin_.owner));
  batch.region = first_known(origin.region, origin_.region);
  const size_t repeated_bytes = sizeof(penstock_record) + batch.log_group.size + batch.log_stream.size +
                                batch.owner.size + batch.region.size + batch.central_log_group.size;

  records_.clear();
  batch_bytes_ = 0;
  for (; next_event_ < events.size(); ++next_event_) {
    const SubscriptionMessage::Event& event = events[next_event_];
    const size_t event_bytes = repeated_bytes + event.id_size + event.body_size + event.fields_size;
    const bool is_full = !records_.empty() && batch_bytes_ + event_bytes > kMaxBatchBytes;
    if (event.origin != origin_index || is_full) break;
    batch_bytes_ += event_bytes;
    const char* const body_base = event.body_is_rewritten ? message_.rewritten.data() : text_.data();
    penstock_record& record = records_.emplace_back();
    record.time_ms = event.has_time ? event.time_ms : origin_.arrival_time_ms;
    record.id = {text_.data() + event.id_at, event.id_size};
    record.body = {body_base + event.body_at, event.body_size};
    if (event.fields_size > 0)
      record.extracted_fields = {message_.fields.data() + event.fields_at, event.fields_size};
    if (!event.has_time) record.flags = PENSTOCK_RECORD_TIME_IS_ARRIVAL;
  }

  batch.struct_size = sizeof(penstock_batch);
  batch.record_stride = sizeof(penstock_record);
  batch.records = records_.data();
  batch.record_count = records_.size();
}

// Keeps only the first problem of the record: each of its documents may have one.
void SubscriptionReader::note_document(const char* what, const std::string& why) {
  if (!problem_.ok()) return;
  problem_ = {Code::invalid, "PS0704",
              std::string(what) + ": " + why + " (document " + std::to_string(documents_) +
                  " of the record, which begins '" + printable(beginning_, kBeginningBytes) + "')"};
}

void SubscriptionReader::release() {
  if (buffer_bytes() <= kLargeBufferBytes) return;
  // Assigning an empty object would keep the memory.
  text_.release();
  std::vector<penstock_record>().swap(records_);
  SubscriptionMessage empty;
  std::swap(message_, empty);
  at_ = next_event_ = 0;
}

size_t SubscriptionReader::buffer_bytes() const {
  return text_.capacity() + late_members_.capacity() + message_.buffer_bytes() +
         records_.capacity() * sizeof(penstock_record);
}

}  // namespace penstock::logs
