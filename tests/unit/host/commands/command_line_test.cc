// Mistakes on the command line, and standard output that cannot be written, for every command.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

using Words = std::vector<std::string>;

constexpr char kConf[] =
    "[INPUT]\n  Name fake_in\n  Tag t\n  count 1\n  then end\n  journal /dev/null\n[OUTPUT]\n  Name null\n  Match "
    "*\n";

class command_line : public testing::Test {
 protected:
  Ended fake(Words args) const {
    args.insert(args.begin() + 1, {"-e", PENSTOCK_FAKE_PLUGIN});
    return run_program(args);
  }

  Folder folder_;
  std::string conf_ = folder_.write("agent.conf", kConf);
};

TEST_F(command_line, help_is_printed_for_every_usual_option) {
  const std::string help = run_program({"--help"}).out;
  EXPECT_EQ(help.find("Usage: penstock COMMAND"), 0u);
  for (const char* word : {"help", "-h"}) EXPECT_EQ(run_program({word}).out, help) << word;
  for (const char* command : {"run", "check", "transform", "replay", "plugins", "leases", "seek", "sizing"}) {
    const Ended asked = run_program({command, "--help"});
    EXPECT_EQ(asked.code, 0) << command;
    EXPECT_NE(asked.out.find("Usage: penstock " + std::string(command)), std::string::npos) << asked.out;
    for (const Words& words : {Words{"help", command}, {"--help", command}, {command, "help"}, {command, "-h"}})
      EXPECT_EQ(run_program(words).out, asked.out) << words[0] << " " << words[1];
  }
}

TEST_F(command_line, the_version_is_printed_for_every_usual_option) {
  for (const char* word : {"version", "--version", "-V"}) {
    const Ended it = run_program({word});
    EXPECT_EQ(it.code, 0);
    EXPECT_EQ(it.out.find("penstock "), 0u) << word << ": " << it.out;
  }
}

TEST_F(command_line, the_conf_of_a_command_may_be_given_in_every_usual_way) {
  for (const char* command : {"run", "check", "echo"}) {
    Words more;
    if (std::string(command) == "echo") more = {"--some-words", "x"};
    for (Words words : {Words{"-c", conf_},
                        {"--config", conf_},
                        {"--config=" + conf_},
                        {"-c" + conf_},
                        {"-c=" + conf_},
                        {conf_},
                        {"--", conf_}}) {
      if (words[0] == "--" && !more.empty()) continue;  // what follows are the stage's own options
      words.insert(words.begin(), command);
      words.insert(words.begin() + 1, more.begin(), more.end());
      const Ended it = fake(words);
      EXPECT_EQ(it.code, 0) << command << " " << words.back() << ": " << it.err;
    }
    EXPECT_EQ(fake({command, "-c", conf_, conf_}).code, 2) << "one at a time";
  }
}

TEST_F(command_line, a_misspelled_word_gets_a_suggestion) {
  EXPECT_NE(run_program({"rnu"}).err.find("did you mean 'run'?"), std::string::npos);
  EXPECT_NE(run_program({"hlep"}).err.find("did you mean 'help'?"), std::string::npos);
  EXPECT_NE(run_program({"check", "--confg=x"}).err.find("did you mean '--config'?"), std::string::npos);
  const Ended no_command = run_program({"-c", conf_});
  EXPECT_EQ(no_command.code, 2);
  EXPECT_EQ(
      no_command.err,
      "penstock: PS0901: expected a command before '-c', such as penstock run -c FILE; see penstock --help\n");
}

class unwritable_output : public command_line, public testing::WithParamInterface<Words> {
 protected:
  // The command, with CONF and FAILURES in its words replaced.
  Words args() const {
    Words out = GetParam();
    for (std::string& word : out) {
      if (word == "CONF") word = conf_;
      if (word == "FAILURES") word = folder_.write("failures", "");
      if (word == "PLUGIN") word = PENSTOCK_FAKE_PLUGIN;
    }
    return out;
  }
  void expect_failure(int fd, const std::string& reason) const {
    Program program(args(), fd);
    program.end_input();
    EXPECT_NE(program.err.rest().find(reason), std::string::npos);
    EXPECT_EQ(program.wait(), 1);
  }
};

TEST_P(unwritable_output, output_to_a_full_disk_is_a_failure) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  expect_failure(full, "No space left on device");
  close(full);
}

TEST_P(unwritable_output, output_to_a_closed_pipe_is_a_failure) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  close(ends[0]);
  expect_failure(ends[1], "Broken pipe");
  close(ends[1]);
}

TEST_P(unwritable_output, closed_standard_output_is_a_failure) {
  expect_failure(Program::kClosed, "Bad file descriptor");
}

INSTANTIATE_TEST_SUITE_P(, unwritable_output,
                         testing::Values(Words{"--help"}, Words{"--version"}, Words{"run", "--help"},
                                         Words{"plugins"}, Words{"sizing", "--help"},
                                         Words{"check", "-e", "PLUGIN", "-c", "CONF"},
                                         Words{"echo", "-e", "PLUGIN", "-c", "CONF", "--some-words", "x"},
                                         Words{"transform", "--summary", "FAILURES"},
                                         Words{"replay", "-e", "PLUGIN", "-c", "CONF", "--dry-run", "FAILURES"},
                                         Words{"replay", "-e", "PLUGIN", "-c", "CONF", "FAILURES"}));

}  // namespace
}  // namespace penstock::host
