#include "core/logs/decode/subscription_message.h"

#include <charconv>
#include <optional>

#include "base/json_writer.h"
#include "base/rapidjson_reader.h"
#include "base/text_buffer.h"
#include "base/utf8.h"

namespace penstock::logs {

namespace {

constexpr size_t kMaxCopiedBytes = size_t{1} << 20;  // bytes of a part's text that is copied, not read in place
constexpr int64_t kLastTimeMs = 253402300799999;     // the end of the year 9999

// Parses milliseconds from a number, or from a string that holds one.
std::optional<int64_t> time_from(std::string_view text) {
  int64_t time_ms = 0;
  const char* const end = text.data() + text.size();
  const auto whole = std::from_chars(text.data(), end, time_ms);
  if (whole.ec != std::errc() || whole.ptr != end) {
    double time = 0;
    const auto real = std::from_chars(text.data(), end, time);
    if (real.ec != std::errc() || real.ptr != end || !(time >= 0 && time <= double{kLastTimeMs})) return {};
    time_ms = static_cast<int64_t>(time);
  }
  if (time_ms < 0 || time_ms > kLastTimeMs) return {};
  return time_ms;
}

// Returns the end of the object at `at`. An unterminated object ends at the NUL bytes; the reader then reports it.
const char* end_of_object(const char* at) {
  size_t depth = 0;
  bool in_string = false;
  for (; *at != '\0'; ++at) {
    if (in_string) {
      if (*at == '\\' && at[1] != '\0')
        ++at;
      else if (*at == '"')
        in_string = false;
    } else if (*at == '"') {
      in_string = true;
    } else if (*at == '{' || *at == '[') {
      ++depth;
    } else if ((*at == '}' || *at == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return at;
}

// Handles RapidJSON's events. depth_ is that of the values being read: 1 in the message, 2 in logEvents, 3 in an
// event, 4 in an event's extractedFields.
class MessageHandler {
 public:
  using Size = penstock_rapidjson::SizeType;

  using Stream = penstock_rapidjson::InsituStringStream;

  MessageHandler(const char* base, const Stream& stream, bool keep_fields, SubscriptionMessage& message)
      : base_(base), stream_(stream), keeps_fields_(keep_fields), message_(message) {}

  bool too_deep() const { return depth_ > kMaxJsonDepth; }
  bool is_at_end_of_part() const { return is_at_end_of_part_; }

  bool Key(const char* data, Size size, bool) {
    const std::string_view name(data, size);
    if (rewriting_from_ > 0) {
      separate();
      append_json_string(message_.rewritten, name);
      message_.rewritten += ':';
    } else if (depth_ == 1) {
      slot_ = message_slot(name);
    } else if (depth_ == 3 && in_event_) {
      slot_ = event_slot(name);
    } else if (depth_ == 4 && in_fields_) {
      slot_ = field_slot(name);
    }
    return true;
  }

  bool String(const char* data, Size size, bool) {
    const std::string_view text(data, size);
    if (rewriting_from_ > 0) {
      separate();
      append_json_string(message_.rewritten, text);
      return true;
    }
    switch (take_slot()) {
      case Slot::type:
        message_.type = text;
        break;
      case Slot::owner:
        message_.owner = text;
        break;
      case Slot::log_group:
        message_.log_group = text;
        break;
      case Slot::log_stream:
        message_.log_stream = text;
        break;
      case Slot::id:
        event_.id_at = place_of(data);
        event_.id_size = size;
        break;
      case Slot::time:
        set_time(text);
        break;
      case Slot::body:
        has_body_ = true;
        event_.body_is_rewritten = false;
        event_.body_at = place_of(data);
        event_.body_size = size;
        break;
      case Slot::account:
        origin_.account = text;
        break;
      case Slot::region:
        origin_.region = text;
        break;
      case Slot::source_log_group:
        origin_.log_group = text;
        break;
      case Slot::none:
      case Slot::events:
      case Slot::fields:
        break;
    }
    count_if_element();
    return true;
  }

  bool RawNumber(const char* data, Size size, bool) {
    const std::string_view text(data, size);
    switch (slot_) {
      case Slot::time:
        set_time(text);
        break;
      case Slot::id:
        // Emulators write numbers. A number with a fraction or an exponent is not a stable id: it could be
        // formatted differently next time.
        if (text.find_first_not_of("-0123456789") != text.npos) break;
        event_.id_at = place_of(data);
        event_.id_size = size;
        break;
      default:
        return literal(text);
    }
    slot_ = Slot::none;
    return true;
  }
  bool Null() { return literal("null"); }
  bool Bool(bool value) { return literal(value ? "true" : "false"); }
  // Never called: the reader passes numbers as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  bool StartObject() { return start('{'); }
  bool StartArray() { return start('['); }
  bool EndObject(Size) { return end('}'); }
  bool EndArray(Size) { return end(']'); }

 private:
  // The meaning of the next value.
  enum class Slot {
    none,
    type,
    owner,
    log_group,
    log_stream,
    events,
    id,
    time,
    body,
    fields,
    account,
    region,
    source_log_group
  };

  static Slot message_slot(std::string_view name) {
    if (name == "logEvents") return Slot::events;
    if (name == "messageType") return Slot::type;
    if (name == "owner") return Slot::owner;
    if (name == "logGroup") return Slot::log_group;
    if (name == "logStream") return Slot::log_stream;
    return Slot::none;
  }

  static Slot event_slot(std::string_view name) {
    if (name == "id") return Slot::id;
    if (name == "timestamp") return Slot::time;
    if (name == "message") return Slot::body;
    if (name == "extractedFields") return Slot::fields;
    return Slot::none;
  }

  // The system fields that a subscription filter adds on request, of the log group where an event was logged
  // first. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
  static Slot field_slot(std::string_view name) {
    if (name == "@aws.account") return Slot::account;
    if (name == "@aws.region") return Slot::region;
    if (name == "@source.log") return Slot::source_log_group;
    return Slot::none;
  }

  Slot take_slot() {
    const Slot slot = slot_;
    slot_ = Slot::none;
    return slot;
  }

  uint32_t place_of(const char* data) const { return static_cast<uint32_t>(data - base_); }

  void set_time(std::string_view text) {
    const std::optional<int64_t> time_ms = time_from(text);
    event_.has_time = time_ms.has_value();
    event_.time_ms = time_ms.value_or(0);
  }

  void count_if_element() {
    if (depth_ == 2 && in_events_) ++message_.bad_events;
  }

  // Appends a comma, unless the JSON text being rewritten is at the beginning of a value. Strings end in a quote,
  // so the last character decides.
  void separate() {
    if (message_.rewritten.size() == event_.body_at) return;
    const char last = message_.rewritten.back();
    if (last != '{' && last != '[' && last != ':') message_.rewritten += ',';
  }

  void start_rewriting() {
    rewriting_from_ = depth_;
    has_body_ = true;
    event_.body_is_rewritten = true;
    event_.body_at = static_cast<uint32_t>(message_.rewritten.size());
  }

  void finish_rewriting() {
    rewriting_from_ = 0;
    event_.body_size = static_cast<uint32_t>(message_.rewritten.size() - event_.body_at);
  }

  bool literal(std::string_view text) {
    if (rewriting_from_ > 0) {
      separate();
      message_.rewritten += text;
    } else if (take_slot() == Slot::body) {
      start_rewriting();
      message_.rewritten += text;
      finish_rewriting();
    } else {
      count_if_element();
    }
    return true;
  }

  bool start(char bracket) {
    const Slot slot = take_slot();
    if (slot == Slot::body) start_rewriting();
    if (rewriting_from_ > 0) {
      separate();
      message_.rewritten += bracket;
    } else if (slot == Slot::events && bracket == '[') {
      in_events_ = true;
      message_.has_events = true;
    } else if (depth_ == 2 && in_events_) {
      in_event_ = bracket == '{';
      event_ = {};
      origin_ = {};
      has_body_ = false;
    } else if (slot == Slot::fields && bracket == '{') {
      in_fields_ = true;
      if (keeps_fields_) keep_fields();
    }
    ++depth_;
    return !too_deep();
  }

  // Copies the object at the reader's position, before reading in place changes it.
  void keep_fields() {
    const char* const from = stream_.src_;
    event_.fields_at = static_cast<uint32_t>(message_.fields.size());
    event_.fields_size = static_cast<uint32_t>(end_of_object(from) - from);
    message_.fields.append(from, event_.fields_size);
  }

  bool end(char bracket) {
    --depth_;
    if (rewriting_from_ > 0) {
      message_.rewritten += bracket;
      if (depth_ == rewriting_from_) finish_rewriting();
    } else if (depth_ == 3) {
      in_fields_ = false;
    } else if (depth_ == 2 && in_events_) {
      finish_event();
    } else if (depth_ == 1) {
      in_events_ = false;
    }
    return !is_at_end_of_part_;
  }

  void finish_event() {
    if (has_more_characters(origin_.account, kMaxOwnerCharacters) ||
        has_more_characters(origin_.region, kMaxRegionCharacters) ||
        has_more_characters(origin_.log_group, kMaxLogGroupCharacters)) {
      ++message_.bad_origins;
    } else if (in_event_ && has_body_) {
      auto& origins = message_.origins;
      if (origins.empty() || origins.back() != origin_) origins.push_back(origin_);
      event_.origin = static_cast<uint32_t>(origins.size() - 1);
      message_.events.push_back(event_);
      is_at_end_of_part_ = message_.events.size() >= kMaxEventsInPart ||
                           message_.rewritten.size() + message_.fields.size() >= kMaxCopiedBytes;
    } else {
      ++message_.bad_events;
    }
    in_event_ = false;
  }

  const char* const base_;
  const Stream& stream_;
  const bool keeps_fields_;
  SubscriptionMessage& message_;
  SubscriptionMessage::Event event_;    // being read
  SubscriptionMessage::Origin origin_;  // of event_
  Slot slot_ = Slot::none;
  int depth_ = 0;
  int rewriting_from_ = 0;  // depth at which a message that is not a string began; 0: none
  bool in_events_ = false;
  bool in_event_ = false;
  bool in_fields_ = false;
  bool has_body_ = false;
  bool is_at_end_of_part_ = false;
};

}  // namespace

void SubscriptionMessage::clear() {
  type = owner = log_group = log_stream = {};
  has_events = false;
  clear_events();
}

void SubscriptionMessage::clear_events() {
  has_more_events = false;
  events.clear();
  origins.clear();
  rewritten.clear();
  fields.clear();
  bad_events = bad_origins = 0;
}

size_t SubscriptionMessage::buffer_bytes() const {
  return events.capacity() * sizeof(Event) + origins.capacity() * sizeof(Origin) + rewritten.capacity() +
         fields.capacity();
}

Status read_subscription_message(char* base, size_t& at, bool keep_fields, SubscriptionMessage& message) {
  static_assert(TextBuffer::kSpareBytes >= kReaderPadding);
  MessageHandler::Stream stream(base + at);
  FastJsonReader reader;
  MessageHandler handler(base, stream, keep_fields, message);
  const auto result = reader.Parse<kReaderFlags>(stream, handler);
  const size_t from = at;
  at += stream.Tell();
  if (!result.IsError()) return {};
  if (handler.is_at_end_of_part()) {
    ++at;  // after the brace that ends the event
    message.has_more_events = true;
    return {};
  }
  const std::string what = handler.too_deep() ? "nested deeper than " + std::to_string(kMaxJsonDepth)
                                              : std::string(penstock_rapidjson::GetParseError_En(result.Code()));
  return {Code::invalid, "PS0705", "invalid JSON at byte " + std::to_string(from + result.Offset()) + ": " + what};
}

}  // namespace penstock::logs
