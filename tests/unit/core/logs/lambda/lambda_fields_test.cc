// The fields of a Lambda line are found in any order and with any separators.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/logs/lambda/lambda_line.h"

namespace penstock::logs {
namespace {

using Fields = std::map<LambdaField, std::string>;

struct Part {
  LambdaField field;
  std::string_view key;
  std::string_view unit;
};

constexpr std::array kReportParts = {
    Part{LambdaField::duration_ms, "Duration", " ms"},
    Part{LambdaField::billed_duration_ms, "Billed Duration", " ms"},
    Part{LambdaField::memory_size_mb, "Memory Size", " MB"},
    Part{LambdaField::max_memory_used_mb, "Max Memory Used", " MB"},
    Part{LambdaField::init_duration_ms, "Init Duration", " ms"},
    Part{LambdaField::restore_duration_ms, "Restore Duration", " ms"},
    Part{LambdaField::billed_restore_duration_ms, "Billed Restore Duration", " ms"},
    Part{LambdaField::status, "Status", ""},
    Part{LambdaField::error_type, "Error Type", ""},
    Part{LambdaField::xray_trace_id, "XRAY TraceId", ""},
    Part{LambdaField::xray_segment_id, "SegmentId", ""},
    Part{LambdaField::xray_sampled, "Sampled", ""},
};
constexpr std::array kInitReportParts = {
    Part{LambdaField::init_duration_ms, "Init Duration", " ms"},
    Part{LambdaField::phase, "Phase", ""},
    Part{LambdaField::status, "Status", ""},
    Part{LambdaField::error_type, "Error Type", ""},
};
constexpr std::array kRestoreReportParts = {
    Part{LambdaField::restore_duration_ms, "Restore Duration", " ms"},
    Part{LambdaField::status, "Status", ""},
    Part{LambdaField::error_type, "Error Type", ""},
};
constexpr std::array kStartParts = {
    Part{LambdaField::version, "Version", ""},
    Part{LambdaField::tenant_id, "TenantId", ""},
};

Fields fields_of(const LambdaLine& line) {
  Fields fields;
  line.for_each_field([&](LambdaField field, std::string_view value) { fields[field] = value; });
  return fields;
}

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(engine_); }
  bool coin() { return below(2) == 0; }
  template <class T>
  T one_of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& all) {
    std::shuffle(all.begin(), all.end(), engine_);
  }
  std::string digits(size_t most) {
    std::string text(1, static_cast<char>('1' + below(9)));
    for (size_t left = below(most); left > 0; --left) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string word() {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.$/";
    std::string text;
    for (size_t left = 1 + below(40); left > 0; --left) text += kLetters[below(kLetters.size())];
    return text;
  }
  std::string value_of(LambdaField field) {
    switch (kind_of(field)) {
      case FieldKind::number:
        return digits(8) + (coin() ? "." + digits(4) : "");
      case FieldKind::boolean:
        return coin() ? "true" : "false";
      default:
        return word();
    }
  }

 private:
  std::mt19937 engine_;
};

struct Printed {
  std::string line;
  Fields fields;
};

// Returns a line with some of the parts, in any order, all separated by the same separator or each by its own.
template <size_t count>
Printed print(std::string head, Fields fields, const std::array<Part, count>& parts, Random& random) {
  const std::vector<std::string> separators = {"\t", " ", "  ", "     ", " \t", "\t ", "\t\t", " \t ", "\\t"};
  const std::string one = random.one_of(separators);
  const bool mixed = random.coin();
  std::vector<Part> some;
  for (const Part& part : parts)
    if (random.coin()) some.push_back(part);
  random.shuffle(some);
  bool is_first = head.ends_with(' ');
  for (const Part& part : some) {
    const std::string value = random.value_of(part.field);
    if (!is_first) head += mixed ? random.one_of(separators) : one;
    is_first = false;
    head.append(part.key).append(": ").append(value).append(part.unit);
    fields[part.field] = value;
  }
  return {head, fields};
}

constexpr int kRounds = 20000;

TEST(lambda_fields, fields_of_a_report_are_read_in_any_order) {
  Random random(1);
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = random.word();
    const Printed printed =
        print("REPORT RequestId: " + id, {{LambdaField::request_id, id}}, kReportParts, random);
    const LambdaLine line = read_lambda_line(printed.line);
    ASSERT_EQ(line.event, LambdaEvent::report) << printed.line;
    ASSERT_EQ(fields_of(line), printed.fields) << printed.line;
  }
}

TEST(lambda_fields, fields_of_start_lines_are_read) {
  Random random(2);
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = random.word();
    const Printed printed = print("START RequestId: " + id, {{LambdaField::request_id, id}}, kStartParts, random);
    const LambdaLine line = read_lambda_line(printed.line);
    ASSERT_EQ(line.event, LambdaEvent::start) << printed.line;
    ASSERT_EQ(fields_of(line), printed.fields) << printed.line;
  }
}

TEST(lambda_fields, fields_of_phase_reports_are_read) {
  Random random(3);
  for (int round = 0; round < kRounds; ++round) {
    const bool is_init = random.coin();
    const Printed printed = is_init ? print("INIT_REPORT ", {}, kInitReportParts, random)
                                    : print("RESTORE_REPORT ", {}, kRestoreReportParts, random);
    if (printed.fields.empty()) continue;
    const LambdaLine line = read_lambda_line(printed.line);
    ASSERT_EQ(line.event, is_init ? LambdaEvent::init_report : LambdaEvent::restore_report) << printed.line;
    ASSERT_EQ(fields_of(line), printed.fields) << printed.line;
  }
}

TEST(lambda_fields, a_report_with_a_status_or_error_type_is_a_failure) {
  const std::string head = "REPORT RequestId: a-1\tDuration: 1.00 ms";
  for (const char* const tail : {"\tStatus: error", "\tStatus: timeout", "\tStatus: failure", "\tError Type: X"})
    EXPECT_TRUE(read_lambda_line(head + tail).failed) << tail;
  for (const char* const tail : {"", "\tStatus: success", "\tStatus: errors", "\tStatus:", "\tError Type:"})
    EXPECT_FALSE(read_lambda_line(head + tail).failed) << tail;
}

TEST(lambda_fields, fields_are_searched_in_the_2048_bytes_after_the_keyword) {
  for (const size_t size : {2048U, 2049U}) {
    std::string fields = "RequestId: a-1\t";
    const std::string last = "\tDuration: 5";
    fields.append(size - fields.size() - last.size(), 'x').append(last);
    EXPECT_EQ(read_lambda_line("REPORT " + fields + " ms").has(LambdaField::duration_ms), size == 2048) << size;
  }
}

TEST(lambda_fields, fields_are_searched_among_the_first_32_keys) {
  for (const int others : {30, 31}) {
    std::string line = "REPORT RequestId: a-1";
    for (int key = 0; key < others; ++key) line += "\tOther: 1";
    line += "\tDuration: 5 ms";
    EXPECT_EQ(read_lambda_line(line).has(LambdaField::duration_ms), others == 30) << others;
  }
}

TEST(lambda_fields, fields_after_an_id_are_counted_the_same) {
  for (const int others : {30, 31}) {
    std::string line = "REPORT RequestId: 3604209a-e9a3-11e6-939a-abb315bb0b1f";
    for (int key = 0; key < others; ++key) line += "\tOther: 1";
    line += "\tDuration: 5 ms";
    EXPECT_EQ(read_lambda_line(line).has(LambdaField::duration_ms), others == 30) << others;
  }
}

TEST(lambda_fields, a_level_in_brackets_has_no_control_character) {
  constexpr std::string_view kBehind = "]\t2024-01-01T00:00:00.000Z\t3604209a-e9a3-11e6-939a-abb315bb0b1f\ttext";
  for (const char* const level : {"a\rb", "a\tb", "a\nb", "a\x01"}) {
    const std::string text = "[" + std::string(level) + std::string(kBehind);
    const LambdaLine line = read_lambda_line(text);
    EXPECT_EQ(line.level, "") << level;
    EXPECT_EQ(line.message, text) << level;
  }
  EXPECT_EQ(read_lambda_line("[a b" + std::string(kBehind)).level.size(), 3U);
}

TEST(lambda_fields, a_word_of_a_ruby_line_is_an_id_if_it_can_be_one) {
  const auto line_with = [](std::string_view id) {
    return "I, [2024-01-01T00:00:00.000000 #8]  INFO " + std::string(id) + " -- : text";
  };
  const std::string longest = std::string(127, 'a') + "1";
  const std::string text = line_with(longest);
  EXPECT_EQ(read_lambda_line(text)[LambdaField::request_id], longest);
  for (const std::string& word : {longest + "1", std::string(8192, '\xFF'),
                                  std::string("a\x01"
                                              "1")}) {
    const std::string other = line_with(word);
    const LambdaLine line = read_lambda_line(other);
    EXPECT_FALSE(line.has(LambdaField::request_id));
    EXPECT_EQ(line.message, other);
  }
}

TEST(lambda_fields, fields_are_reset_between_lines) {
  LambdaLine line;
  EXPECT_FALSE(line.says_anything());
  line.set(LambdaField::status, "error");
  line.set(LambdaField::status, "success");
  EXPECT_EQ(line[LambdaField::status], "error");
  EXPECT_EQ(fields_of(line), (Fields{{LambdaField::status, "error"}}));
  line.unset(LambdaField::status);
  EXPECT_FALSE(line.has(LambdaField::status));
  EXPECT_EQ(line[LambdaField::status], "");
  EXPECT_FALSE(line.says_anything());
}

TEST(lambda_fields, fields_have_their_types) {
  LambdaLine line;
  for (const char* const text : {"", "NaN", "1,5", "01", "1.", "+1", "0x1", "1 ", "Infinity"})
    line.set(LambdaField::duration_ms, text);
  for (const char* const text : {"", "yes", "True", "1"}) line.set(LambdaField::xray_sampled, text);
  line.set(LambdaField::request_id, "undefined");
  EXPECT_FALSE(line.says_anything());
  line.set(LambdaField::duration_ms, "1.50");
  line.set(LambdaField::xray_sampled, "false");
  line.set(LambdaField::request_id, "a");
  EXPECT_EQ(fields_of(line), (Fields{{LambdaField::request_id, "a"},
                                     {LambdaField::duration_ms, "1.50"},
                                     {LambdaField::xray_sampled, "false"}}));
}

}  // namespace
}  // namespace penstock::logs
