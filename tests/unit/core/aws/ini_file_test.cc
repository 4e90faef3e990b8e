// INI files: each form as Python's configparser reads it.
#include "core/aws/ini_file.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace penstock::aws {
namespace {

using Settings = std::map<std::string, std::string>;

std::map<std::string, Settings> sections(const std::string& text) {
  std::map<std::string, Settings> found;
  const Result<IniFile> file = parse_ini(text);
  EXPECT_TRUE(file.ok()) << file.status().message();
  if (!file.ok()) return found;
  for (const IniSection& section : file->sections) {
    found[section.name];
    for (const auto& [name, setting] : section.settings) found[section.name][name] = setting.value;
  }
  return found;
}

std::string error(const std::string& text) {
  const Result<IniFile> file = parse_ini(text);
  EXPECT_FALSE(file.ok()) << text;
  return file.ok() ? "" : file.status().message();
}

TEST(ini_file, an_ini_header_may_be_followed_by_anything) {
  for (const char* header : {"[a]", "[a] # mine", "[a];x", "[a] ; prod", "  [a]", "\t[a]\t", "[a] b"})
    EXPECT_EQ(sections(std::string(header) + "\nk = v\n"), (std::map<std::string, Settings>{{"a", {{"k", "v"}}}}))
        << header;
  EXPECT_TRUE(sections("[a] # [b]\n").contains("a] # [b")) << "up to the last bracket";
  EXPECT_TRUE(sections("[ a ]\n").contains(" a "));
  EXPECT_TRUE(sections("[]]\n").contains("]"));
}

TEST(ini_file, an_ini_setting_has_an_equals_sign_or_colon_and_any_indentation) {
  for (const char* line :
       {"k=v", "k = v", "k: v", "k:v", "K\t=\tv  ", "  k = v", "\tk: v", "k =\xc2\xa0v\xe3\x80\x80"})
    for (const char* end : {"\n", "\r\n", "\r", ""})
      EXPECT_EQ(sections("[a]" + std::string(*end == '\0' ? "\n" : end) + line + end)["a"], (Settings{{"k", "v"}}))
          << line;
  EXPECT_EQ(sections("[a]\nk = a=b: #c ;d # e\n")["a"]["k"], "a=b: #c ;d # e");
  EXPECT_EQ(sections("[a]\nk:a = b\n")["a"]["k"], "a = b");
  EXPECT_EQ(sections("[a]\nk =\nl=\n\nm = x\n")["a"], (Settings{{"k", ""}, {"l", ""}, {"m", "x"}}));
}

TEST(ini_file, ini_settings_may_be_indented_equally) {
  EXPECT_EQ(sections("[a]\n  k = v\n  l = w\n[b]\n\tm = x\n"),
            (std::map<std::string, Settings>{{"a", {{"k", "v"}, {"l", "w"}}}, {"b", {{"m", "x"}}}}));
  EXPECT_EQ(sections("[a]\n  k = v\n l = w\n")["a"], (Settings{{"k", "v"}, {"l", "w"}}));
  EXPECT_EQ(sections("[a]\nk = v\n l = w\n  [b]\n")["a"], (Settings{{"k", "v\nl = w\n[b]"}}));
}

TEST(ini_file, an_ini_value_continues_in_deeper_indented_lines_across_comments_and_blank_lines) {
  EXPECT_EQ(sections("[a]\nk = v\n  w\n# c\n\n  ; c\n\tx\n\nl = y\n")["a"],
            (Settings{{"k", "v\nw\n\nx"}, {"l", "y"}}));
}

TEST(ini_file, nested_ini_settings_belong_to_an_empty_value) {
  const std::string value =
      sections("[a]\nkinesis =\n  endpoint_url = http://a:1/?b=c\n\n  x=y\nl = z\n")["a"]["kinesis"];
  EXPECT_EQ(nested_setting(value, "endpoint_url"), "http://a:1/?b=c");
  EXPECT_EQ(nested_setting(value, "x"), "y");
  EXPECT_EQ(nested_setting(value, "y"), "");
  EXPECT_EQ(nested_setting("x=y", "x"), "");
  EXPECT_EQ(error("[a]\nb = c\nkinesis =\n  no\n"),
            "line 3: an indented line below kinesis is not NAME = VALUE; begin the value on this line");
}

TEST(ini_file, the_default_ini_section_applies_to_all) {
  EXPECT_EQ(sections("[a]\nk = v\n[DEFAULT]\nk = d\nl = d\n[b]\n[DEFAULT]\nm = d\n"),
            (std::map<std::string, Settings>{{"a", {{"k", "v"}, {"l", "d"}, {"m", "d"}}},
                                             {"b", {{"k", "d"}, {"l", "d"}, {"m", "d"}}}}));
}

TEST(ini_file, an_ini_error_names_the_line_but_shows_no_value) {
  EXPECT_EQ(error("\nk = SECRET\n"), "line 2: a setting before the first [section]; move it into one");
  for (const char* line : {"SECRET", "= SECRET", ": SECRET", "[", "[]", "[SECRET"})
    EXPECT_EQ(error("[a]\r\nk = v\r\n" + std::string(line) + "\r\n"),
              "line 3: expected [section], NAME = VALUE, or a comment that begins with #")
        << line;
  EXPECT_EQ(error("[a]\nk = v\nK: SECRET\n"), "line 3: duplicate setting k in its section; keep one");
  EXPECT_EQ(error("[a]\n[b]\n[a]\n"), "line 3: duplicate section [a]; merge the two");
  EXPECT_EQ(error("[a]\nk = SECRET\xff\n"), "line 2: the line is not valid UTF-8; save the file as UTF-8");
  EXPECT_EQ(error("\xEF\xBB\xBF[a]\n"),
            "line 1: the file begins with a byte order mark; save it as UTF-8 without one");
}

}  // namespace
}  // namespace penstock::aws
