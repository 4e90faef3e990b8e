// Splitting streaming text into documents and lines.
#include "host/transform/json_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::host {
namespace {

// Returns "2:json:text" for each document of the text, passed in pieces of `piece` bytes.
std::vector<std::string> cut(const std::string& text, size_t piece = 1 << 20, size_t limit = 1000) {
  std::vector<std::string> out;
  JsonSplitter json_splitter(limit, [&](const Document& document) {
    const char* kind = document.kind == Document::Kind::json   ? "json:"
                       : document.kind == Document::Kind::line ? "line:"
                                                               : "too large";
    out.push_back(std::to_string(document.line) + ":" + kind + std::string(document.text));
  });
  for (size_t i = 0; i < text.size(); i += piece) json_splitter.feed(std::string_view(text).substr(i, piece));
  json_splitter.finish();
  return out;
}

using Cut = std::vector<std::string>;

TEST(json_splitter, json_documents_may_be_on_one_line_each_or_on_several) {
  EXPECT_EQ(cut("{\"a\":1}\n{\"b\":2}\n"), (Cut{"1:json:{\"a\":1}", "2:json:{\"b\":2}"}));
  EXPECT_EQ(cut("\n {\n  \"a\": [\n   {},\n   {}\n  ]\n }\n\n{}"),
            (Cut{"2:json:{\n  \"a\": [\n   {},\n   {}\n  ]\n }", "9:json:{}"}));
}

TEST(json_splitter, json_documents_may_follow_each_other_on_one_line) {
  EXPECT_EQ(cut("{}{} {\"a\":{}}"), (Cut{"1:json:{}", "1:json:{}", "1:json:{\"a\":{}}"}));
}

TEST(json_splitter, brackets_and_quotes_in_strings_are_text) {
  EXPECT_EQ(cut("{\"a\":\"}]{\\\"}\\\\\"}\n{}"), (Cut{"1:json:{\"a\":\"}]{\\\"}\\\\\"}", "2:json:{}"}));
}

TEST(json_splitter, other_lines_are_trimmed_and_never_empty) {
  EXPECT_EQ(cut("H4sI\r\n\n   \n  AAAA=  \nend"), (Cut{"1:line:H4sI", "4:line:AAAA=", "5:line:end"}));
}

TEST(json_splitter, json_and_lines_may_be_mixed) {
  EXPECT_EQ(cut("H4sI\n{\"a\":\n1}\nH4sJ"), (Cut{"1:line:H4sI", "2:json:{\"a\":\n1}", "4:line:H4sJ"}));
}

TEST(json_splitter, splitting_does_not_depend_on_the_size_of_the_pieces) {
  const std::string text = "{\"a\":\"x\\\"}\\n\"}\nabc\n{\n\"b\": [1,\n2]}\n{\"cut\":\"off\n{\"d\":{\n{\"e\":1}";
  const Cut whole = cut(text);
  EXPECT_EQ(whole.size(), 6u);
  for (size_t piece = 1; piece < text.size(); ++piece) EXPECT_EQ(cut(text, piece), whole) << piece;
}

TEST(json_splitter, a_document_truncated_in_a_string_does_not_affect_others) {
  EXPECT_EQ(cut("{\"a\":\"cut o\n{\"b\":2}\n"), (Cut{"1:json:{\"a\":\"cut o", "2:json:{\"b\":2}"}));
  EXPECT_EQ(cut("{\"a\":\"cut\\\n{\"b\":2}\n"), (Cut{"1:json:{\"a\":\"cut\\", "2:json:{\"b\":2}"}));
}

TEST(json_splitter, a_document_truncated_before_another_does_not_affect_it) {
  EXPECT_EQ(cut("{\"a\":{\"b\":1}\n{\"c\":2}\n"), (Cut{"1:json:{\"a\":{\"b\":1}", "2:json:{\"c\":2}"}));
}

TEST(json_splitter, an_object_at_the_start_of_a_line_may_be_part_of_a_list) {
  EXPECT_EQ(cut("{\"a\":[\n{\"b\":1},\n{\"c\":2}\n]}\n").size(), 1u);
}

TEST(json_splitter, the_end_of_the_text_ends_a_document) { EXPECT_EQ(cut("{\"a\":["), (Cut{"1:json:{\"a\":["})); }

TEST(json_splitter, a_document_over_the_limit_is_reported_without_its_text) {
  EXPECT_EQ(cut("{\"a\":12}\n{}", 3, 8), (Cut{"1:json:{\"a\":12}", "2:json:{}"}));
  EXPECT_EQ(cut("{\"a\":123}\n{}", 3, 8), (Cut{"1:too large", "2:json:{}"}));
  EXPECT_EQ(cut("12345678\n{}", 3, 8), (Cut{"1:line:12345678", "2:json:{}"}));
  EXPECT_EQ(cut("123456789\n{}", 3, 8), (Cut{"1:too large", "2:json:{}"}));
}

TEST(json_splitter, nesting_depth_costs_no_memory) {
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_EQ(cut(deep + "{}", 4096, 1 << 20).size(), 2u);
}

}  // namespace
}  // namespace penstock::host
