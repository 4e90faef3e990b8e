#include "base/json_writer.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"
#include "base/utf8.h"

namespace penstock {
namespace {

using namespace std::string_literals;

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string json_of_lines(std::string_view text) {
  std::string out;
  append_json_string_of_lines(out, text);
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  append_json_on_one_line(out, text);
  return out;
}

// Returns what a strict reader reads.
std::string read_back(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsString()) return "not a JSON string: " + json;
  return {document.GetString(), document.GetStringLength()};
}

TEST(json_writer, every_ascii_byte_reads_back_at_every_position_of_a_word) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (size_t before = 0; before < 17; ++before) {
      const std::string text = std::string(before, 'x') + static_cast<char>(byte) + std::string(9, 'y');
      EXPECT_EQ(read_back(json_of(text)), text) << "byte " << byte << " after " << before;
    }
  }
}

TEST(json_writer, control_characters_have_their_short_or_hexadecimal_escape) {
  EXPECT_EQ(json_of("\b\f\n\r\t\"\\/"), R"("\b\f\n\r\t\"\\/")");
  EXPECT_EQ(json_of("\0\x01\x1f\x7f"s), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(json_of(""), "\"\"");
}

TEST(json_writer, a_single_byte_above_ascii_is_replaced) {
  for (int byte = 0x80; byte < 0x100; ++byte)
    EXPECT_EQ(json_of("a"s + static_cast<char>(byte) + "b"),
              "\"a\xEF\xBF\xBD"
              "b\"")
        << "byte " << byte;
}

TEST(json_writer, well_formed_utf8_is_unchanged) {
  for (const std::string_view text :
       {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF", "é 漢字 😀 \xE2\x80\xA8"})
    EXPECT_EQ(json_of(text), '"' + std::string(text) + '"');
}

// Each "?" is one replacement character.
TEST(json_writer, each_maximal_subpart_of_ill_formed_utf8_becomes_one_replacement) {
  struct Case {
    std::string_view bytes;
    std::string_view expected;
  };
  const std::vector<Case> cases = {
      {"\xC0\xAF", "??"},                      // overlong, 2 bytes
      {"\xC1\xBF", "??"},                      //
      {"\xE0\x80\xAF", "???"},                 // overlong, 3 bytes
      {"\xE0\x9F\xBF", "???"},                 //
      {"\xF0\x80\x80\x80", "????"},            // overlong, 4 bytes
      {"\xF0\x8F\xBF\xBF", "????"},            //
      {"\xED\xA0\x80", "???"},                 // surrogates
      {"\xED\xBF\xBF", "???"},                 //
      {"\xED\xA0\xBD\xED\xB8\x80", "??????"},  // a pair of surrogates
      {"\xF4\x90\x80\x80", "????"},            // above U+10FFFF
      {"\xF5\x80\x80\x80", "????"},            //
      {"\xF8\x88\x80\x80\x80", "?????"},       // five bytes
      {"\xFE\xFF", "??"},                      //
      {"\xC2", "?"},                           // truncated at the end
      {"\xE2\x82", "?"},                       //
      {"\xF0\x9F\x98", "?"},                   //
      {"\xC2z", "?z"},                         // truncated by another character
      {"\xE2\x82z", "?z"},                     //
      {"\xF0\x9F\x98z", "?z"},                 //
      {"\xE2\x82\xC3\xA9", "?\xC3\xA9"},       //
      {"\x80\xBF", "??"},                      // continuation bytes alone
      {"\xC3\xA9\x80", "\xC3\xA9?"},           //
      {"a\xF1\x80\x80\xE1\x80\xC2"
       "b\x80"
       "c\x80\xBF"
       "d",
       "a???b?c??d"},  // Unicode 15, table 3-8
  };
  for (const auto& [bytes, expected] : cases) {
    std::string replaced = "\"";
    for (const char c : expected) replaced += c == '?' ? std::string(kReplacementCharacter) : std::string(1, c);
    replaced += '"';
    EXPECT_EQ(json_of(bytes), replaced) << printable(bytes);
    EXPECT_EQ(one_line("\"" + std::string(bytes) + "\""), replaced) << printable(bytes);
  }
}

// Applies the rules byte by byte.
std::string slow_string(std::string_view text, bool of_lines) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    const std::string_view part = text.substr(at, step.size);
    at += step.size;
    if (!step.valid) {
      out += kReplacementCharacter;
    } else if (of_lines && part == "\r") {
      if (!text.substr(at).starts_with('\n')) out += "\\n";
    } else if (const size_t found = std::string_view("\"\\\b\f\n\r\t").find(part); found != part.npos) {
      out += '\\';
      out += "\"\\bfnrt"[found];
    } else if (step.code_point < 0x20) {
      out += step.code_point < 0x10 ? "\\u000" : "\\u001";
      out += "0123456789abcdef"[step.code_point & 15];
    } else {
      out += part;
    }
  }
  return out + '"';
}

std::string slow_line(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    const std::string_view part = text.substr(at, step.size);
    out += !step.valid ? kReplacementCharacter : part == "\n" || part == "\r" ? std::string_view(" ") : part;
    at += step.size;
  }
  return out;
}

void expect_same_as_slow(const std::string& text) {
  EXPECT_EQ(json_of(text), slow_string(text, false)) << printable(text, 4000);
  EXPECT_EQ(json_of_lines(text), slow_string(text, true)) << printable(text, 4000);
  EXPECT_EQ(one_line(text), slow_line(text)) << printable(text, 4000);
}

// Random text made of pieces that are written in different ways, dense and sparse, with lengths around those of
// the blocks that are written at once.
TEST(json_writer, any_text_is_written_as_the_byte_by_byte_reference_does) {
  const std::vector<std::string> pieces = {"x",        "plain text ",  "sixteen plain by",
                                           "\"",       "\\",           "\n",
                                           "\r",       "\r\n",         "\t",
                                           "\0"s,      "\x1b",         "\x7f",
                                           "\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80",
                                           "\xFF",     "\x80",         "\xC0",
                                           "\xC3",     "\xE2\x82",     "\xF0\x9F\x98",
                                           "\xF0\x9F", "\xE0\x80",     "\xED\xA0",
                                           "\xF4\x90", "\xF0\x8F",     "{\"a\":"};
  std::mt19937 random(1);
  for (int round = 0; round < 4000; ++round) {
    const size_t kinds = 1 + random() % 4;  // of one text, so that there are runs
    std::vector<std::string> of;
    for (size_t kind = 0; kind < kinds; ++kind) of.push_back(pieces[random() % pieces.size()]);
    const size_t size = random() % (round % 50 == 0 ? 5000 : 100);
    std::string text;
    while (text.size() < size) text += of[random() % kinds];
    expect_same_as_slow(text);
  }
}

TEST(json_writer, any_two_bytes_at_any_position_are_written_as_the_reference_does) {
  for (unsigned pair = 0; pair < 0x10000; ++pair) {
    const std::string bytes = {static_cast<char>(pair >> 8), static_cast<char>(pair & 0xFF)};
    const size_t before = pair % 19;
    expect_same_as_slow(std::string(before, 'x') + bytes + std::string((pair >> 4) % 18, '\xBF'));
  }
}

TEST(json_writer, runs_of_one_byte_are_written_completely) {
  for (const size_t size : {15U, 16U, 17U, 31U, 33U, 170U, 171U, 1000U, 3000U})
    for (const char c : {'x', '"', '\t', '\r', '\n', '\0', '\xFF', '\x80', '\xC3', '\xF0'})
      for (const std::string_view suffix : {"", "\n", "y", "\xA9"})
        expect_same_as_slow("a" + std::string(size, c) + std::string(suffix));
}

TEST(json_writer, carriage_returns_become_line_ends_on_request) {
  EXPECT_EQ(json_of_lines("a\rb\r\nc\n\rd\r"), R"("a\nb\nc\n\nd\n")");
  EXPECT_EQ(json_of("a\rb\r\nc"), R"("a\rb\r\nc")");
}

TEST(json_writer, json_on_one_line_changes_only_line_ends) {
  EXPECT_EQ(one_line("{\r\n\t\"a\\n\": \"\xC3\xA9\",\n\"b\":1e5}"), "{  \t\"a\\n\": \"\xC3\xA9\", \"b\":1e5}");
  EXPECT_EQ(one_line(""), "");
}

TEST(json_writer, members_are_comma_separated) {
  std::string out = "{";
  append_json_member(out, "a", "x\"");
  append_json_member(out, "b", "");
  EXPECT_EQ(out, R"({"a":"x\"","b":"")");
}

TEST(json_writer, json_for_a_terminal_has_the_same_meaning_and_no_control_characters) {
  std::string out;
  append_json_for_terminal(out, "{\"a\":\"\x7F\xC2\x9B\xE2\x80\xAE\xC3\xA9\"}");
  EXPECT_EQ(out, "{\"a\":\"\\u007f\\u009b\\u202e\xC3\xA9\"}");
}

TEST(json_writer, json_for_a_terminal_has_one_replacement_for_each_ill_formed_part) {
  std::string out;
  append_json_for_terminal(out, "\"\xE2\x82z\xFF\"");
  EXPECT_EQ(out, "\"\xEF\xBF\xBDz\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace penstock
