// JSON reading for code where speed does not matter. The hot paths use RapidJSON directly, through
// base/rapidjson_reader.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock {

// A receiver for the parts of a JSON document, in order. Each method returns whether to continue. Its text
// argument is valid until the method returns.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual bool on_object() { return true; }
  virtual bool on_object_end() { return true; }
  virtual bool on_array() { return true; }
  virtual bool on_array_end() { return true; }
  virtual bool on_key(std::string_view /*name*/) { return true; }
  virtual bool on_string(std::string_view /*text*/) { return true; }
  virtual bool on_number(std::string_view /*as_written*/) { return true; }
  virtual bool on_literal() { return true; }  // true, false, or null
};

// Reads one document. Returns "", or an error such as "invalid JSON at byte 17: ...". Nesting uses heap memory,
// not stack, because the text may be hostile. Does not check that strings are UTF-8.
std::string read_json(std::string_view text, JsonEvents& events);

// Returns the string members (decoded) and number members (as written) of an object, without those of nested
// objects; nullopt if text is not one JSON object in UTF-8.
std::optional<std::map<std::string, std::string, std::less<>>> outermost_members(std::string_view text);

// A value in a JsonDocument, or a missing value. The document must outlive it.
class JsonValue {
 public:
  JsonValue() = default;

  bool exists() const { return value_ != nullptr; }
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;

  // Returns the member of that name; a missing value if this is not an object, or has no such member.
  JsonValue operator[](std::string_view name) const;
  std::vector<std::pair<std::string_view, JsonValue>> members() const;  // empty if this is not an object
  std::vector<JsonValue> elements() const;                              // empty if this is not an array

  std::string_view text() const;  // "" if this is not a string
  std::optional<double> number() const;
  std::optional<int64_t> integer() const;  // nullopt also for 1.0, and if out of range
  std::optional<uint64_t> unsigned_integer() const;

 private:
  friend class JsonDocument;
  explicit JsonValue(const void* value) : value_(value) {}

  const void* value_ = nullptr;  // a RapidJSON value
};

// A document whose outermost value is an object.
class JsonDocument {
 public:
  // Returns nullopt if text is not one JSON object. Nesting uses heap memory, not stack.
  static std::optional<JsonDocument> parse(std::string text);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonValue root() const;
  JsonValue operator[](std::string_view name) const { return root()[name]; }

 private:
  struct Parsed;
  explicit JsonDocument(std::unique_ptr<Parsed> parsed);

  std::unique_ptr<Parsed> parsed_;
};

}  // namespace penstock
