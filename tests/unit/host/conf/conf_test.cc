// Conf files: one test for each rule of the grammar.
#include "host/conf/conf.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "host/util/file_trust.h"
#include "tests/unit/host/conf/conf_test_base.h"

namespace penstock::host {
namespace {

class conf : public ConfTest {};

TEST_F(conf, the_first_space_separates_key_and_value) {
  const Conf it = read("[INPUT]\n    Name  \t x y  z \n");
  EXPECT_EQ(text(it), "INPUT{Name=x y  z;}");
  EXPECT_EQ(problems(it), "");
}

TEST_F(conf, keys_ignore_case_and_the_first_of_a_repeated_key_wins) {
  const Conf it = read("[INPUT]\n  Name a\n  NAME b\n");
  ASSERT_NE(it.sections[0].find("name"), nullptr);
  EXPECT_EQ(it.sections[0].find("name")->value, "a");
  EXPECT_EQ(it.sections[0].find("tag"), nullptr);
}

TEST_F(conf, a_hash_starts_a_comment_only_at_the_start_of_a_line) {
  const Conf it = read("# one\n[INPUT]\n  # two\n#three\n  Name a # b\n");
  EXPECT_EQ(text(it), "INPUT{Name=a # b;}");
}

TEST_F(conf, every_key_knows_its_file_and_line) {
  const Conf it = read("\n[INPUT]\n\n  Name a\n  Tag b\n");
  EXPECT_EQ(it.sections[0].place.line, 2);
  EXPECT_EQ(it.sections[0].entries[0].place.line, 4);
  EXPECT_EQ(it.sections[0].entries[1].place.line, 5);
  EXPECT_EQ(it.sections[0].entries[1].place.file, folder_.path("agent.conf"));
}

TEST_F(conf, the_first_indented_line_sets_the_indentation_of_the_file) {
  EXPECT_EQ(problems(read("[A]\n  k v\n[B]\n  k v\n")), "");
  EXPECT_EQ(problems(read("[A]\n\tk v\n[B]\n\tk v\n")), "");
  const Conf it = read("[A]\n  k v\n   k2 v\n\tk3 v\n  k4 v\n");
  EXPECT_EQ(text(it), "A{k=v;k4=v;}");
  EXPECT_EQ(problems(it),
            "agent.conf:3: PS0814: the indentation differs from that of the first indented line of the file; "
            "indent all lines alike\n"
            "agent.conf:4: PS0814: the indentation differs from that of the first indented line of the file; "
            "indent all lines alike\n");
}

TEST_F(conf, deeper_indented_lines_belong_to_the_section_except_groups) {
  const Conf it = read("[A]\n  k v\n    k2 v\n  [GROUP 1]\n    k3 v\n    k4 v\n  k5 v\n    k6 v\n[B]\n    k7 v\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "A{k=v;k2=v;GROUP 1;k5=v;k6=v;}B{k7=v;}");
  EXPECT_EQ(problems(read("[A]\n  k v\n\t\t\t\tk v\n")),
            "agent.conf:3: PS0814: the indentation differs from that of the first indented line of the file; "
            "indent all lines alike\n");
}

TEST_F(conf, windows_line_ends_and_byte_order_marks_are_ignored) {
  const Conf it = read("\xef\xbb\xbf[A]\r\n  k v\r\n");
  EXPECT_EQ(text(it), "A{k=v;}");
  EXPECT_EQ(problems(it), "");
}

TEST_F(conf, the_last_line_needs_no_line_end) { EXPECT_EQ(text(read("[A]\n  k v")), "A{k=v;}"); }

TEST_F(conf, all_problems_of_a_conf_are_reported_together) {
  const Conf it = read("  early v\nstray\n[A\n  skipped v\n[]\n[B]\n  lonely\n  @SET a=b\n@NOPE x\n");
  EXPECT_EQ(text(it), "B{}");
  EXPECT_EQ(problems(it),
            "agent.conf:1: PS0813: 'early v' is outside of a section; begin the section with [NAME]\n"
            "agent.conf:2: PS0805: unexpected 'stray' at the start of a line: only [SECTION], @SET and @INCLUDE "
            "begin there; indent the keys of a section\n"
            "agent.conf:3: PS0806: invalid section header '[A': expected [NAME] with nothing after the bracket\n"
            "agent.conf:5: PS0806: invalid section header '[]': expected [NAME] with nothing after the bracket\n"
            "agent.conf:7: PS0816: key 'lonely' has no value; write the value after a space\n"
            "agent.conf:8: PS0808: '@SET a=b' is indented, but @SET and @INCLUDE must be at the start of a line\n"
            "agent.conf:9: PS0807: unknown command '@NOPE': expected @SET or @INCLUDE\n");
}

TEST_F(conf, set_takes_precedence_over_environment_variables) {
  environment_ = {{"A", "env-a"}, {"B", "env-b"}};
  const Conf it = read("@SET A=set-${B}\n@set C = x y \n[S]\n  k ${A}/${B}/${C}\n");
  EXPECT_EQ(text(it), "S{k=set-env-b/env-b/x y;}");
  EXPECT_EQ(problems(it), "");
}

TEST_F(conf, an_unset_variable_is_empty_with_a_warning) {
  const Conf it = read("[S]\n  k a${NOPE}b\n");
  EXPECT_EQ(text(it), "S{k=ab;}");
  EXPECT_EQ(problems(it),
            "agent.conf:2: warning: PS0817: variable ${NOPE} is not set; it is replaced with an empty text\n");
  EXPECT_FALSE(has_errors(it.problems));
}

TEST_F(conf, a_default_replaces_an_unset_or_empty_variable) {
  environment_ = {{"EMPTY", ""}, {"FULL", "f"}};
  const Conf it = read("[S]\n  k ${NOPE:-a:-b}/${EMPTY:-c}/${FULL:-d}/${NOPE:-}\n");
  EXPECT_EQ(text(it), "S{k=a:-b/c/f/;}");
  EXPECT_EQ(problems(it), "");
}

TEST_F(conf, values_of_variables_are_not_expanded_again) {
  environment_ = {{"A", "${B}"}, {"B", "b"}};
  EXPECT_EQ(text(read("[S]\n  k ${A} ${open\n")), "S{k=${B} ${open;}");
}

TEST_F(conf, set_must_come_before_the_sections_and_have_a_name) {
  EXPECT_EQ(problems(read("@SET novalue\n@SET =x\n[S]\n  k v\n@SET A=b\n")),
            "agent.conf:1: PS0809: invalid argument 'novalue' of @SET: expected NAME=VALUE\n"
            "agent.conf:2: PS0809: invalid argument '=x' of @SET: expected NAME=VALUE\n"
            "agent.conf:5: PS0808: @SET must be before the first section of a file; move it there\n");
}

TEST_F(conf, included_files_are_relative_to_the_file_and_have_their_own_indentation) {
  std::filesystem::create_directory(folder_.path("sub"));
  folder_.write("sub/one.conf", "@INCLUDE two.conf\n[ONE]\n\ta 1\n");
  folder_.write("sub/two.conf", "[TWO]\n      b ${V}\n");
  const Conf it = read("@SET V=v\n[MAIN]\n  k v\n@INCLUDE sub/one.conf\n  k2 v2\n");
  EXPECT_EQ(text(it), "MAIN{k=v;k2=v2;}TWO{b=v;}ONE{a=1;}");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(it.sections[1].place.file, folder_.path("sub/two.conf"));
}

TEST_F(conf, an_include_pattern_reads_files_in_the_order_of_their_names) {
  folder_.write("d2.part", "[TWO]\n  a 1\n");
  folder_.write("d1.part", "[ONE]\n  a 1\n");
  EXPECT_EQ(text(read("@INCLUDE d*.part\n")), "ONE{a=1;}TWO{a=1;}");
  EXPECT_EQ(problems(read("@INCLUDE nope*.part\n")),
            "agent.conf:1: warning: PS0810: no file matches 'nope*.part'\n");
}

TEST_F(conf, a_file_is_included_once_so_includes_cannot_form_a_cycle) {
  folder_.write("again.conf", "[A]\n  k v\n@INCLUDE agent.conf\n@INCLUDE ./again.conf\n");
  const Conf it = read("@INCLUDE again.conf\n");
  EXPECT_EQ(text(it), "A{k=v;}");
  EXPECT_EQ(it.problems.size(), 2u);
  EXPECT_FALSE(has_errors(it.problems));
  EXPECT_EQ(it.problems[0].place.line, 3);
}

TEST_F(conf, a_missing_included_file_is_reported_at_the_including_line) {
  EXPECT_EQ(problems(read("\n@INCLUDE gone.conf\n")),
            "agent.conf:2: PS0801: cannot read 'gone.conf': No such file or directory\n");
  EXPECT_EQ(problems(read_file(folder_.path("none.conf"))),
            "none.conf: PS0801: cannot read 'none.conf': No such file or directory\n");
  EXPECT_NE(problems(read_file(folder_.path("."))).find("it is a folder"), std::string::npos);
}

TEST_F(conf, a_classic_conf_cannot_include_yaml) {
  folder_.write("a.yaml", "pipeline: {}\n");
  EXPECT_EQ(problems(read("@INCLUDE a.yaml\n")),
            "agent.conf:1: PS0802: cannot include 'a.yaml': by its name it is YAML, and a classic configuration "
            "can include only classic files\n");
}

TEST_F(conf, a_binary_file_as_conf_is_reported) {
  EXPECT_EQ(problems(read(std::string("[A]\n  k \0v\n", 11))),
            "agent.conf:2: PS0804: the line has a NUL byte; a configuration must be a text file\n");
}

TEST(file_trust, root_uses_only_files_that_only_root_can_write) {
  struct stat file {};
  file.st_mode = S_IFREG | 0644;
  EXPECT_EQ(unsafe_to_use(file, 0), "");
  file.st_mode = S_IFREG | 0664;
  EXPECT_NE(unsafe_to_use(file, 0).find("chmod go-w"), std::string::npos);
  file.st_mode = S_IFREG | 0646;
  EXPECT_NE(unsafe_to_use(file, 0), "");
  file.st_mode = S_IFREG | 0600;
  file.st_uid = 1000;
  EXPECT_NE(unsafe_to_use(file, 0).find("user 1000"), std::string::npos);
}

TEST(file_trust, other_users_may_use_any_file) {
  struct stat file {};
  file.st_mode = S_IFREG | 0666;
  EXPECT_EQ(unsafe_to_use(file, 1000), "");
}

}  // namespace
}  // namespace penstock::host
