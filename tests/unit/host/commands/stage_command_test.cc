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
    std::vector<std::string> args = {"echo", "-c", folder_.write("agent.conf", conf), "-e", PENSTOCK_FAKE_PLUGIN};
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

TEST_F(stage_command, a_stage_gets_its_options_and_the_arguments_as_typed) {
  const Ended it = run(kNoOutputHasIt, {"--some-words", "a b", "--loud"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out, "count is 1\nsome_words is a b\nloud is on\n");
  EXPECT_NE(it.err.find("[ warn] [input:fake_in:0] echoed\n"), std::string::npos) << it.err;
}

TEST_F(stage_command, a_value_after_an_equals_sign_may_begin_with_a_dash) {
  const Ended it = run(kNoOutputHasIt, {"--some-words=-5=x", "--loud=off"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out, "count is 1\nsome_words is -5=x\nloud is off\n");
}

TEST_F(stage_command, a_command_runs_on_each_stage_and_names_them_if_there_are_several) {
  const Ended it = run(kTwoInputs, {"--some-words", "x"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out,
            "input:fake_in:0\ncount is 1\nsome_words is x\n"
            "input:fake_in:two\ncount is 2\nsome_words is x\n");
}

TEST_F(stage_command, stages_run_a_command_concurrently) {
  const Ended it = run(kTwoInputs, {"--meet", "2"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out,
            "input:fake_in:0\ncount is 1\nmeet is 2\n"
            "input:fake_in:two\ncount is 2\nmeet is 2\n");
}

TEST_F(stage_command, irrelevant_signals_do_not_end_a_program_that_just_started) {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGALRM, SIGIO, SIGRTMIN}) {
    const Ended it = run(kNoOutputHasIt, {"--raise", std::to_string(signal)});
    EXPECT_EQ(it.code, 0) << signal << it.err;
  }
}

TEST_F(stage_command, a_failure_names_its_stage_and_other_stages_still_run) {
  const Ended it = run(kTwoInputs, {"--fail", "no answer"});
  EXPECT_EQ(it.code, 1);
  EXPECT_NE(it.err.find("agent.conf:1: PS0950: input:fake_in:0: echo failed: no answer\n"), std::string::npos)
      << it.err;
  EXPECT_NE(it.err.find("agent.conf:6: PS0950: input:fake_in:two: echo failed: no answer\n"), std::string::npos)
      << it.err;
  EXPECT_NE(it.out.find("count is 2\n"), std::string::npos) << it.out;
}

TEST_F(stage_command, output_of_a_command_is_escaped_for_terminals) {
  const Ended it = run(kNoOutputHasIt, {"--some-words", "\x1b[31m"});
  EXPECT_EQ(it.out, "count is 1\nsome_words is \\x1b[31m\n");
}

TEST_F(stage_command, a_conf_without_a_stage_for_the_command_is_an_error_that_names_stages) {
  const std::string conf = folder_.write("agent.conf", kNoOutputHasIt);
  const Ended it = run_program({"sizing", "-c", conf, "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(
      it.err,
      conf + ": PS0920: no stage of this configuration has the command 'sizing'; output 'fake_out' has it\n");
}

TEST_F(stage_command, a_command_does_not_run_with_an_invalid_conf) {
  const Ended it = run(kBroken, {"--some-words", "x"});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.out, "");
  EXPECT_NE(it.err.find("agent.conf:2: PS0843: unknown input 'nothing'"), std::string::npos) << it.err;
}

TEST_F(stage_command, wrong_stage_command_lines_are_usage_errors) {
  EXPECT_EQ(run(kNoOutputHasIt, {"word"}).err,
            "penstock echo: PS0902: more than one configuration file; name one, with -c FILE; see penstock echo "
            "--help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-x"}).err,
            "penstock echo: PS0900: unknown option '-x'; did you mean '-c'? See penstock echo --help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-c", "x"}).err,
            "penstock echo: PS0902: more than one configuration file; name one, with -c FILE; see penstock echo "
            "--help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-e"}).err,
            "penstock echo: PS0900: option '-e' needs a value: PLUGIN.so; see penstock echo --help\n");
  EXPECT_EQ(run(kNoOutputHasIt, {"-e"}).code, 2);
  const Ended no_conf = run_program({"echo", "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(no_conf.code, 2);
  EXPECT_EQ(no_conf.err,
            "penstock echo: PS0902: the configuration file is missing: -c FILE; see penstock echo --help\n");
}

TEST_F(stage_command, an_unknown_command_gets_a_suggestion_from_all_commands) {
  const Ended it = run_program({"ech", "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 2);
  EXPECT_EQ(it.err, "penstock: PS0901: unknown command 'ech'; did you mean 'echo'? See penstock --help\n");
  EXPECT_EQ(
      run_program({"ech", "-c", folder_.write("agent.conf", kNoOutputHasIt), "-e", PENSTOCK_FAKE_PLUGIN}).err,
      it.err);
}

TEST_F(stage_command, the_programs_help_lists_the_commands_of_its_plugin) {
  const Ended it = run_program({"--help"});
  EXPECT_EQ(it.code, 0);
  const size_t heading = it.out.find("Commands of stages, which run for each section of that stage:\n\n");
  ASSERT_NE(heading, std::string::npos) << it.out;
  EXPECT_NE(it.out.find("\n  sizing      Estimate ", heading), std::string::npos) << it.out;
}

TEST_F(stage_command, help_of_a_command_comes_from_the_stage) {
  const Ended it = run_program({"sizing", "--help", "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out.rfind("Usage: penstock sizing -c FILE --events-per-second NUMBER [--event-bytes SIZE]\n"
                         "                       [-e PLUGIN.so]...\n\nPrints how many.\n\n"
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

// Returns the names of the commands in the help of the program, which are indented by two spaces.
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
  for (const char* command : {"sizing", "echo"})
    EXPECT_EQ(long_lines(run_program({command, "--help", "-e", PENSTOCK_FAKE_PLUGIN}).out), "") << command;
  const Ended plugins = run_program({"plugins"});
  EXPECT_EQ(plugins.code, 0) << plugins.err;
  EXPECT_NE(plugins.out.find("\n  stream  <list>  "), std::string::npos);
  EXPECT_EQ(long_lines(plugins.out), "");
}

}  // namespace
}  // namespace penstock::host
