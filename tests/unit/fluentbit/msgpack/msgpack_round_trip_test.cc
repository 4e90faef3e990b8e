// Random values, through both converters.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <random>
#include <string>
#include <string_view>

#include "fluentbit/msgpack/json_to_msgpack.h"
#include "fluentbit/msgpack/msgpack_reader.h"
#include "fluentbit/msgpack/msgpack_to_json.h"

namespace penstock::fluentbit {
namespace {

template <unsigned kMoreFlags = 0>
rapidjson::Document parsed(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag | kMoreFlags>(json.data(), json.size());
  return document;
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  uint64_t number() { return engine_(); }
  size_t below(size_t limit) { return engine_() % limit; }
  bool one_in(size_t many) { return below(many) == 0; }

 private:
  std::mt19937_64 engine_;
};

// Generates JSON with everything that the grammar allows. No key occurs twice in an object, because readers differ
// in which one they use.
class RandomJson {
 public:
  explicit RandomJson(Dice& dice) : dice_(dice) {}

  std::string object(size_t depth = 0) {
    std::string out = "{";
    const size_t count = members();
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) out += ",";
      std::string key = text();
      key.insert(key.size() - 1, std::to_string(i));
      out += blanks() + key + blanks() + ":" + value(depth + 1);
    }
    return out + blanks() + "}";
  }

 private:
  std::string value(size_t depth) {
    const size_t kind = dice_.below(depth < 6 ? 10 : 7);
    std::string out;
    if (kind < 3) {
      out = text();
    } else if (kind < 6) {
      out = number();
    } else if (kind == 6) {
      static constexpr const char* kWords[] = {"true", "false", "null"};
      out = kWords[dice_.below(3)];
    } else if (kind == 7) {
      out = object(depth);
    } else {
      out = "[";
      const size_t count = members();
      for (size_t i = 0; i < count; ++i) out += (i > 0 ? "," : "") + value(depth + 1);
      out += blanks() + "]";
    }
    return blanks() + out + blanks();
  }

  size_t members() { return dice_.one_in(8) ? dice_.below(40) : dice_.below(4); }

  std::string blanks() {
    static constexpr const char* kBlanks[] = {" ", "\n", "\t\r\n ", "  "};
    return dice_.one_in(4) ? kBlanks[dice_.below(4)] : "";
  }

  std::string text() {
    static constexpr const char* kPieces[] = {"a",          "quoted\\\"",     "\\\\",   "\\/",
                                              "\\n",        "\\u00e9",        "\u00e9", "\u65e5",
                                              "\U0001f600", "\\ud83d\\uDE00", "\x7f",   "\\u0000"};
    std::string out = "\"";
    for (size_t i = dice_.below(4); i > 0; --i) {
      if (dice_.one_in(2)) out += std::string(dice_.below(dice_.one_in(20) ? 70'000 : 50), 'x');
      if (dice_.one_in(2)) out += kPieces[dice_.below(std::size(kPieces))];
    }
    return out + "\"";
  }

  std::string number() {
    const uint64_t size = dice_.number() >> dice_.below(64);
    if (size == 0) return "0";  // not everything distinguishes -0 from 0, and RapidJSON rejects 0e1
    std::string out = (dice_.one_in(2) ? "-" : "") + std::to_string(size);
    if (dice_.one_in(3)) out += "." + std::to_string(dice_.number() >> dice_.below(64));
    if (dice_.one_in(3)) out += (dice_.one_in(2) ? "e" : "E-") + std::to_string(dice_.below(250));
    return out;
  }

  Dice& dice_;
};

TEST(fluentbit_msgpack_round_trip, any_json_object_round_trips_as_a_strict_reader_reads_it) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const std::string json = RandomJson(dice).object();
    std::string msgpack;
    ASSERT_TRUE(JsonToMsgpack().append(msgpack, json)) << json;
    ASSERT_EQ(MsgpackReader(msgpack).value().size(), msgpack.size());
    TextBuffer out;
    ASSERT_TRUE(append_json(out, msgpack));
    const std::string back(out.view());
    const rapidjson::Document before = parsed<rapidjson::kParseFullPrecisionFlag>(json);
    const rapidjson::Document after = parsed<rapidjson::kParseFullPrecisionFlag>(back);
    ASSERT_FALSE(before.HasParseError()) << json;
    ASSERT_FALSE(after.HasParseError()) << back;
    ASSERT_TRUE(before == after) << json << "\nbecame\n" << back;
  }
}

TEST(fluentbit_msgpack_round_trip, a_damaged_object_is_accepted_exactly_if_a_strict_reader_accepts_it) {
  size_t taken = 0;
  size_t rejected = 0;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const std::string json = RandomJson(dice).object();
    for (int round = 0; round < 8; ++round) {
      std::string damaged = json;
      static constexpr std::string_view kLikely = "\"\\{}[]:,0-+.eE \n\x01\x80\xc3\xffu";
      for (size_t i = 1 + dice.below(2); i > 0; --i) {
        const size_t at = dice.below(damaged.size());
        if (dice.one_in(3))
          damaged.erase(at, 1);
        else
          damaged[at] = kLikely[dice.below(kLikely.size())];
      }
      const rapidjson::Document document = parsed(damaged);
      const rapidjson::ParseErrorCode error = document.GetParseError();
      // We accept these two on purpose: the first as text, the second with U+FFFD.
      if (error == rapidjson::kParseErrorNumberTooBig ||
          error == rapidjson::kParseErrorStringUnicodeSurrogateInvalid)
        continue;
      const bool good = error == rapidjson::kParseErrorNone && document.IsObject();
      std::string msgpack;
      ASSERT_EQ(JsonToMsgpack().append(msgpack, damaged), good)
          << rapidjson::GetParseError_En(error) << " at " << document.GetErrorOffset() << " of " << damaged;
      ++(good ? taken : rejected);
    }
  }
  EXPECT_GT(taken, 200u) << "both kinds occur";
  EXPECT_GT(rejected, 500u);
}

// A value in msgpack, in any of its possible forms, and its expected JSON.
struct Value {
  std::string msgpack;
  std::string json;
};

class RandomMsgpack {
 public:
  explicit RandomMsgpack(Dice& dice) : dice_(dice) {}

  Value value(size_t depth = 0) {
    switch (dice_.below(depth < 6 ? 11 : 8)) {
      case 0:
        return {"\xc0", "null"};
      case 1:
        return {"\xc2", "false"};
      case 2:
        return {"\xc3", "true"};
      case 3:
      case 4:
        return integer();
      case 5:
        return dice_.one_in(2) ? Value{"\xca\x3f\xc0" + bytes(0, 2), "1.5"}
                               : Value{"\xcb\xc0\x04" + bytes(0, 6), "-2.5"};
      case 6:
        return text();
      case 7: {
        const size_t log_size = dice_.below(5);
        const std::string data(size_t{1} << log_size, '\x0f');
        Value out{bytes(0xd4 + log_size, 1) + "\x05" + data, "\""};
        if (dice_.one_in(2)) out.msgpack = counted(0xc7, 0xc8, 0xc9, data.size()) + "\x05" + data;
        for (size_t i = 0; i < data.size(); ++i) out.json += "\\\\x0f";
        out.json += "\"";
        return out;
      }
      default:
        return dice_.one_in(2) ? array(depth) : map(depth);
    }
  }

 private:
  static std::string bytes(uint64_t number, size_t size) {
    std::string out;
    for (; size > 0; --size) out += static_cast<char>(number >> 8 * (size - 1));
    return out;
  }

  // With a count of 1, 2 or 4 bytes that has room for it; type 0: no such form exists.
  std::string counted(unsigned type8, unsigned type16, unsigned type32, size_t count) {
    if (type8 != 0 && count < 0x100 && dice_.one_in(2)) return bytes(type8, 1) + bytes(count, 1);
    if (count < 0x10000 && dice_.one_in(2)) return bytes(type16, 1) + bytes(count, 2);
    return bytes(type32, 1) + bytes(count, 4);
  }

  Value integer() {
    const uint64_t number = dice_.number() >> dice_.below(64);
    for (size_t log_size = dice_.below(4);; ++log_size) {
      const size_t size = size_t{1} << log_size;
      if (log_size == 3 || number >> (8 * size - 1) == 0) {
        if (dice_.one_in(2)) return {bytes(0xcc + log_size, 1) + bytes(number, size), std::to_string(number)};
        return {bytes(0xd0 + log_size, 1) + bytes(number, size), std::to_string(static_cast<int64_t>(number))};
      }
    }
  }

  Value text() {
    const std::string text(dice_.below(dice_.one_in(20) ? 70'000 : 40), static_cast<char>('a' + dice_.below(26)));
    const bool binary = dice_.one_in(4);
    std::string header = binary ? counted(0xc4, 0xc5, 0xc6, text.size()) : counted(0xd9, 0xda, 0xdb, text.size());
    if (!binary && text.size() < 32 && dice_.one_in(2)) header = bytes(0xa0 | text.size(), 1);
    return {header + text, "\"" + text + "\""};
  }

  Value array(size_t depth) {
    const size_t count = dice_.below(dice_.one_in(8) ? 40 : 5);
    Value out{count < 16 && dice_.one_in(2) ? bytes(0x90 | count, 1) : counted(0, 0xdc, 0xdd, count), "["};
    for (size_t i = 0; i < count; ++i) {
      const Value item = value(depth + 1);
      out.msgpack += item.msgpack;
      out.json += (i > 0 ? "," : "") + item.json;
    }
    out.json += "]";
    return out;
  }

  Value map(size_t depth) {
    const size_t count = dice_.below(dice_.one_in(8) ? 40 : 5);
    Value out{count < 16 && dice_.one_in(2) ? bytes(0x80 | count, 1) : counted(0, 0xde, 0xdf, count), "{"};
    for (size_t i = 0; i < count; ++i) {
      const bool number_as_key = dice_.one_in(4);
      const Value key = number_as_key ? integer() : text();
      const Value item = value(depth + 1);
      out.msgpack += key.msgpack + item.msgpack;
      out.json += i > 0 ? "," : "";
      out.json += number_as_key ? "\"" + key.json + "\"" : key.json;
      out.json += ":" + item.json;
    }
    out.json += "}";
    return out;
  }

  Dice& dice_;
};

TEST(fluentbit_msgpack_round_trip, any_msgpack_value_in_any_encoding_is_read) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const Value value = RandomMsgpack(dice).value();
    ASSERT_EQ(MsgpackReader(value.msgpack).value().size(), value.msgpack.size());
    TextBuffer json;
    ASSERT_TRUE(append_json(json, value.msgpack));
    ASSERT_EQ(json.view(), value.json);
  }
}

}  // namespace
}  // namespace penstock::fluentbit
