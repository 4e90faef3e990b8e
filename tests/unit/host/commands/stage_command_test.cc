// Commands of stages, "penstock NAME -c FILE", with the program itself and a fake plugin.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class StageCommand : public testing::Test {
 protected:
  Ended run(const std::string& conf, const std::vector<std::string>& more) const {
    std::vector<std::string> args = {"tell", "-c", folder_.write("agent.conf", conf), "-e", PENSTOCK_FAKE_PLUGIN};
    args.insert(args.end(), more.begin(), more.end());
    Ended ended = run_program(args);
    for (std::string* text : {&ended.out, &ended.err}) {
      const std::string folder = folder_.path("");
      for (size_t at = 0; (at = text->find(folder)) != std::string::npos;) text->erase(at, folder.size());
    }
    return ended;
  }

  Folder folder_;
};

constexpr char kNoOutputHasIt[] =
    "[INPUT]\n  Name fake_in\n  Tag t\n  count 1\n  journal /dev/null\n[OUTPUT]\n  Name null\n  Match *\n";
constexpr char kTwoInputs[] =
    "[INPUT]\n  Name fake_in\n  Tag t\n  count 1\n  journal /dev/null\n"
    "[INPUT]\n  Name fake_in\n  Alias two\n  Tag t\n  count 2\n  journal /dev/null\n"
    "[OUTPUT]\n  Name null\n  Match *\n";
constexpr char kBroken[] = "[INPUT]\n  Name nothing\n[OUTPUT]\n  Name null\n  Match *\n";

using stage_command = StageCommand;

TEST_F(stage_command, a_stage_is_given_its_options_and_the_arguments_as_they_were_typed) {
  const Ended it = run(kNoOutputHasIt, {"--some-words", "a b", "--loud"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out, "count is 1\nsome_words is a b\nloud is on\n");
  EXPECT_NE(it.err.find("[ warn] [input:fake_in:0] told\n"), std::string::npos) << it.err;
}

TEST_F(stage_command, a_value_may_stand_behind_an_equals_sign_and_begin_with_a_dash_there) {
  const Ended it = run(kNoOutputHasIt, {"--some-words=-5=x", "--loud=off"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out, "count is 1\nsome_words is -5=x\nloud is off\n");
}

TEST_F(stage_command, each_stage_that_has_it_is_asked_and_named_where_there_are_several) {
  const Ended it = run(kTwoInputs, {"--some-words", "x"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out,
            "input:fake_in:0\ncount is 1\nsome_words is x\n"
            "input:fake_in:two\ncount is 2\nsome_words is x\n");
}

TEST_F(stage_command, the_stages_are_asked_at_the_same_time) {
  const Ended it = run(kTwoInputs, {"--meet", "2"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out,
            "input:fake_in:0\ncount is 1\nmeet is 2\n"
            "input:fake_in:two\ncount is 2\nmeet is 2\n");
}

TEST_F(stage_command, signals_without_a_meaning_do_not_end_a_program_that_has_just_begun) {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGALRM, SIGIO, SIGRTMIN}) {
    const Ended it = run(kNoOutputHasIt, {"--raise", std::to_string(signal)});
    EXPECT_EQ(it.code, 0) << signal << it.err;
  }
}

TEST_F(stage_command, a_failure_is_told_with_its_stage_and_the_other_stages_are_asked_all_the_same) {
  const Ended it = run(kTwoInputs, {"--fail", "no answer"});
  EXPECT_EQ(it.code, 1);
  EXPECT_NE(it.err.find("agent.conf:1: PS0950: input:fake_in:0: tell failed: no answer\n"), std::string::npos)
      << it.err;
  EXPECT_NE(it.err.find("agent.conf:6: PS0950: input:fake_in:two: tell failed: no answer\n"), std::string::npos)
      << it.err;
  EXPECT_NE(it.out.find("count is 2\n"), std::string::npos) << it.out;
}

TEST_F(stage_command, what_is_printed_does_nothing_to_a_terminal) {
  const Ended it = run(kNoOutputHasIt, {"--some-words", "\x1b[31m"});
  EXPECT_EQ(it.out, "count is 1\nsome_words is \\x1b[31m\n");
}

TEST_F(stage_command, a_conf_without_such_a_stage_is_told_who_has_the_command) {
  const std::string conf = folder_.write("agent.conf", kNoOutputHasIt);
  const Ended it = run_program({"sizing", "-c", conf, "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(
      it.err,
      conf + ": PS0920: no stage of this configuration has the command 'sizing'; output 'fake_out' has it\n");
}

TEST_F(stage_command, a_conf_with_problems_is_not_worked_on) {
  const Ended it = run(kBroken, {"--some-words", "x"});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.out, "");
  EXPECT_NE(it.err.find("agent.conf:2: PS0843: unknown input 'nothing'"), std::string::npos) << it.err;
}

TEST_F(stage_command, wrong_command_lines_are_usage_errors) {
  EXPECT_EQ(run(kNoOutputHasIt, {"word"}).err,
            "penstock tell: PS0902: more than one configuration file; name one, with -c FILE; see penstock tell "
            "--help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-x"}).err,
            "penstock tell: PS0900: unknown option '-x'; did you mean '-c'?; see penstock tell --help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-c", "x"}).err,
            "penstock tell: PS0902: more than one configuration file; name one, with -c FILE; see penstock tell "
            "--help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-e"}).err,
            "penstock tell: PS0900: option '-e' needs a value: PLUGIN.so; see penstock tell --help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-e"}).code, 2);
  const Ended no_conf = run_program({"tell", "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(no_conf.code, 2);
  EXPECT_EQ(no_conf.err,
            "penstock tell: PS0902: the configuration file is missing: -c FILE; see penstock tell --help\n");
}

TEST_F(stage_command, a_name_that_nobody_knows_is_told_with_the_nearest_of_all_commands) {
  const Ended it = run_program({"tel", "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 2);
  EXPECT_EQ(it.err, "penstock: PS0901: unknown command 'tel'; did you mean 'tell'?; see penstock --help\n");
  EXPECT_EQ(
      run_program({"tel", "-c", folder_.write("agent.conf", kNoOutputHasIt), "-e", PENSTOCK_FAKE_PLUGIN}).err,
      it.err);
}

TEST_F(stage_command, the_programs_own_help_lists_those_of_its_plugin) {
  const Ended it = run_program({"--help"});
  EXPECT_EQ(it.code, 0);
  const size_t heading = it.out.find("Commands of stages, which run for each section of that stage:\n\n");
  ASSERT_NE(heading, std::string::npos) << it.out;
  EXPECT_NE(it.out.find("\n  sizing      Estimates ", heading), std::string::npos) << it.out;
}

TEST_F(stage_command, its_help_is_what_the_stage_says_of_it) {
  const Ended it = run_program({"sizing", "--help", "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out.rfind("Usage: penstock sizing -c FILE --events-per-second NUMBER [--event-bytes SIZE]\n"
                         "                       [-e PLUGIN.so]...\n\nTells how many.\n\n"
                         "Runs for each section of output 'fake_out' in the configuration.\n\nOptions:\n"
                         "  --events-per-second NUMBER\n      How many.\n",
                         0),
            0u)
      << it.out;
}

// Returns the lines of text that are longer than 80 columns.
std::string long_lines(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    if (line.size() > 80) out += line + "\n";
  return out;
}

// Returns the names of the commands in the help of the program, which are indented by two blanks.
std::vector<std::string> commands_in(const std::string& help) {
  std::istringstream lines(help);
  std::vector<std::string> out;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("  ") && line[2] != ' ') out.push_back(line.substr(2, line.find(' ', 2) - 2));
  return out;
}

TEST_F(stage_command, help_and_the_list_of_plugins_have_at_most_80_columns) {
  const std::string help = run_program({"help"}).out;
  EXPECT_EQ(long_lines(help), "");
  const std::vector<std::string> commands = commands_in(help);
  for (const char* one : {"run", "check", "completion", "version", "leases", "sizing"})
    EXPECT_NE(std::find(commands.begin(), commands.end(), one), commands.end()) << one;
  for (const std::string& command : commands) {
    const Ended it = run_program({"help", command});
    EXPECT_EQ(it.code, 0) << command;
    EXPECT_EQ(long_lines(it.out), "") << command;
  }
  for (const char* command : {"sizing", "tell"})
    EXPECT_EQ(long_lines(run_program({command, "--help", "-e", PENSTOCK_FAKE_PLUGIN}).out), "") << command;
  const Ended plugins = run_program({"plugins"});
  EXPECT_EQ(plugins.code, 0) << plugins.err;
  EXPECT_NE(plugins.out.find("\n  stream  <list>  "), std::string::npos);
  EXPECT_EQ(long_lines(plugins.out), "");
}

}  // namespace
}  // namespace penstock::host
