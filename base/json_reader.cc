#include "base/json_reader.h"

#include "base/json_parser.h"
#include "base/utf8.h"

namespace penstock {

namespace {

using DocumentOfRapidJson =
    rapidjson::GenericDocument<rapidjson::UTF8<>, rapidjson::MemoryPoolAllocator<JsonMemory>, JsonMemory>;
using ValueOfRapidJson = DocumentOfRapidJson::ValueType;

std::string_view text_of(const ValueOfRapidJson& value) { return {value.GetString(), value.GetStringLength()}; }

const ValueOfRapidJson& value_at(const void* value) { return *static_cast<const ValueOfRapidJson*>(value); }

// An adapter from RapidJSON's events to JsonEvents.
class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(JsonEvents& events) : events_(events) {}

  bool Default() { return events_.on_literal(); }
  bool StartObject() { return events_.on_object(); }
  bool EndObject(rapidjson::SizeType /*members*/) { return events_.on_object_end(); }
  bool StartArray() { return events_.on_array(); }
  bool EndArray(rapidjson::SizeType /*elements*/) { return events_.on_array_end(); }
  bool Key(const char* name, rapidjson::SizeType size, bool /*copy*/) { return events_.on_key({name, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return events_.on_string({text, size});
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return events_.on_number({text, size});
  }

 private:
  JsonEvents& events_;
};

class OutermostMembers : public JsonEvents {
 public:
  std::map<std::string, std::string, std::less<>> members;

  bool on_object() override { return ++depth_ > 0; }
  bool on_object_end() override { return leave(); }
  bool on_array() override { return depth_++ > 0; }
  bool on_array_end() override { return leave(); }
  bool on_key(std::string_view name) override {
    if (depth_ == 1) key_ = name;
    return true;
  }
  bool on_string(std::string_view text) override {
    if (depth_ == 1) members[key_] = text;
    return depth_ > 0;
  }
  bool on_number(std::string_view as_written) override { return on_string(as_written); }
  bool on_literal() override { return depth_ > 0; }

 private:
  bool leave() {
    --depth_;
    return true;
  }

  std::string key_;
  size_t depth_ = 0;
};

}  // namespace

std::string read_json(std::string_view text, JsonEvents& events) {
  Handler handler(events);
  rapidjson::MemoryStream stream(text.data(), text.size());
  JsonReader reader;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (!result.IsError()) return "";
  return "invalid JSON at byte " + std::to_string(result.Offset()) + ": " +
         rapidjson::GetParseError_En(result.Code());
}

std::optional<std::map<std::string, std::string, std::less<>>> outermost_members(std::string_view text) {
  OutermostMembers found;
  if (!is_utf8(text) || !read_json(text, found).empty()) return std::nullopt;
  return std::move(found.members);
}

bool JsonValue::is_object() const { return exists() && value_at(value_).IsObject(); }
bool JsonValue::is_array() const { return exists() && value_at(value_).IsArray(); }
bool JsonValue::is_string() const { return exists() && value_at(value_).IsString(); }

JsonValue JsonValue::operator[](std::string_view name) const {
  if (!is_object()) return {};
  const ValueOfRapidJson& object = value_at(value_);
  const auto found = object.FindMember(
      ValueOfRapidJson(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  return found == object.MemberEnd() ? JsonValue() : JsonValue(&found->value);
}

std::vector<std::pair<std::string_view, JsonValue>> JsonValue::members() const {
  std::vector<std::pair<std::string_view, JsonValue>> out;
  if (is_object())
    for (const auto& member : value_at(value_).GetObject())
      out.emplace_back(text_of(member.name), JsonValue(&member.value));
  return out;
}

std::vector<JsonValue> JsonValue::elements() const {
  std::vector<JsonValue> out;
  if (is_array())
    for (const ValueOfRapidJson& element : value_at(value_).GetArray()) out.push_back(JsonValue(&element));
  return out;
}

std::string_view JsonValue::text() const { return is_string() ? text_of(value_at(value_)) : std::string_view(); }

std::optional<double> JsonValue::number() const {
  if (!exists() || !value_at(value_).IsNumber()) return std::nullopt;
  return value_at(value_).GetDouble();
}

std::optional<int64_t> JsonValue::integer() const {
  if (!exists() || !value_at(value_).IsInt64()) return std::nullopt;
  return value_at(value_).GetInt64();
}

std::optional<uint64_t> JsonValue::unsigned_integer() const {
  if (!exists() || !value_at(value_).IsUint64()) return std::nullopt;
  return value_at(value_).GetUint64();
}

struct JsonDocument::Parsed {
  std::string text;  // parsed in place; the document's strings point into it
  DocumentOfRapidJson document;
};

std::optional<JsonDocument> JsonDocument::parse(std::string text) {
  auto parsed = std::make_unique<Parsed>();
  parsed->text = std::move(text);
  parsed->document.ParseInsitu<rapidjson::kParseIterativeFlag>(parsed->text.data());
  if (parsed->document.HasParseError() || !parsed->document.IsObject()) return std::nullopt;
  return JsonDocument(std::move(parsed));
}

JsonDocument::JsonDocument(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::root() const {
  return JsonValue(static_cast<const ValueOfRapidJson*>(&parsed_->document));
}

}  // namespace penstock
