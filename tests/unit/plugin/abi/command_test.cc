// A command of a stage, called as a host calls it.
#include "plugin/abi/command.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "plugin/abi/stage.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {
namespace {

struct FakeStage {
  static constexpr std::array kOptions = {option("stream", "text", "mill", "Stream.")};
  static constexpr std::array kShardArguments = {required_option("shard", "text", "Shard."),
                                                 option("all", "on|off", "off", "All of them.")};
  struct Settings {};
  static Settings read_settings(const Options& options, const Complain& complain) {
    if (options.text("stream") == "none") complain(Status(Code::config, "PS0000", "no such stream"));
    return {};
  }
  static Made make(const penstock_host&, const Options&, Settings) {
    return Status(Code::internal, "PS0000", "not for this test");
  }

  static Status show(const penstock_host& host, const Options& options, const Options& arguments,
                     const Printer& print) {
    print.line(options.text("stream") + " " + arguments.text("shard"));
    print.line(host.wall_ms == nullptr && host.monotonic_ms == nullptr ? "waits" : "is driven");
    if (host.random != nullptr) print.line("is given random numbers");
    return {};
  }
  static Status fail(const penstock_host&, const Options&, const Options&, const Printer& print) {
    print.line("begun");
    return {Code::throttled, "PS0000", "slow down"};
  }
  static constexpr std::array kSureArguments = {option("ask", "on|off", "off", "Ask.")};
  static Status show_sure(const penstock_host&, const Options& options, const Options& arguments,
                          const Printer& print) {
    print.line(options.text("stream") + (arguments.on("ask") ? " asked" : ""));
    return {Code::throttled, "PS0000", "slow down"};
  }
  static Status defect(const penstock_host&, const Options&, const Options&, const Printer&) {
    throw std::runtime_error("a defect");
  }
  static constexpr std::array kCommands = {
      Command{"show", "Shows a shard.", kShardArguments, show},
      Command{"fail", "Fails.", {}, fail},
      Command{"defect", "Throws.", {}, defect},
      Command{"sure", "Shows what is sure.", kSureArguments, show_sure, true},
  };
};

struct Plain {
  static constexpr std::array kOptions = {option("stream", "text", "mill", "Stream.")};
  struct Settings {};
  static Settings read_settings(const Options&, const Complain&) { return {}; }
  static Made make(const penstock_host&, const Options&, Settings) {
    return Status(Code::internal, "PS0000", "not for this test");
  }
};

constexpr penstock_filter kNoCalls = {};
constexpr penstock_stage kStage = Stage<FakeStage>::filter("fake", "Fake.", kNoCalls);

struct Output {
  int32_t code;
  std::string text;
  std::vector<std::string> lines;
};

void keep(void* ctx, penstock_bytes line) { static_cast<Output*>(ctx)->lines.emplace_back(view(line)); }

using List = std::vector<penstock_option>;

Output run(size_t index, const List& options, const List& arguments, const penstock_host* host = nullptr) {
  Output output = {};
  penstock_error error = {};
  error.struct_size = sizeof error;
  output.code = kStage.commands[index].run(host, options.data(), options.size(), arguments.data(),
                                           arguments.size(), sizeof(penstock_option), keep, &output, &error);
  output.text = error.text;
  return output;
}

const List kShard = {{bytes("shard"), bytes("7")}};

TEST(command, a_stage_lists_its_commands_with_their_arguments) {
  ASSERT_EQ(kStage.command_count, 4u);
  EXPECT_EQ(kStage.command_stride, sizeof(penstock_command));
  EXPECT_STREQ(kStage.commands[0].name, "show");
  ASSERT_EQ(kStage.commands[0].argument_info_count, 2u);
  EXPECT_STREQ(kStage.commands[0].arguments[1].name, "all");
  EXPECT_EQ(kStage.commands[1].argument_info_count, 0u);
  constexpr penstock_stage kPlain = Stage<Plain>::filter("plain", "Plain.", kNoCalls);
  EXPECT_EQ(kPlain.command_count, 0u);
  EXPECT_EQ(kPlain.commands, nullptr);
}

TEST(command, a_command_gets_options_and_arguments_with_their_defaults) {
  EXPECT_EQ(run(0, {}, kShard).lines, (std::vector<std::string>{"mill 7", "waits"}));
  EXPECT_EQ(run(0, {{bytes("STREAM"), bytes("weir")}}, kShard).lines[0], "weir 7");
}

TEST(command, a_command_with_invalid_options_reports_them_and_does_nothing) {
  const Output unknown = run(0, {}, {{bytes("shrad"), bytes("7")}});
  EXPECT_EQ(unknown.code, PENSTOCK_E_OPTIONS);
  EXPECT_EQ(unknown.text, "PS0054: unknown option 'shrad'; did you mean 'shard'?");
  EXPECT_TRUE(unknown.lines.empty());
  EXPECT_EQ(run(0, {}, {}).text, "PS0056: missing option shard (text): Shard.");
  EXPECT_EQ(run(0, {{bytes("x"), bytes("7")}}, kShard).code, PENSTOCK_E_OPTIONS);
  EXPECT_EQ(run(0, {{bytes("stream"), bytes("none")}}, kShard).text, "PS0000: no such stream");
}

TEST(command, a_command_for_invalid_options_prints_what_is_certain_and_the_problem) {
  EXPECT_EQ(run(3, {}, {{bytes("ask"), bytes("on")}}).text, "PS0000: slow down");
  const Output unknown = run(3, {{bytes("x"), bytes("7")}}, {{bytes("ask"), bytes("on")}});
  EXPECT_EQ(unknown.code, PENSTOCK_E_OPTIONS);
  EXPECT_EQ(unknown.text.find("PS0054: unknown option 'x'"), 0U) << unknown.text;
  EXPECT_EQ(unknown.lines, std::vector<std::string>{"mill"});
  EXPECT_TRUE(run(3, {}, {{bytes("x"), bytes("7")}}).lines.empty()) << "an argument is wrong";
}

TEST(command, a_failed_command_keeps_its_output_and_says_whether_to_retry) {
  penstock_error error = {};
  error.struct_size = sizeof error;
  Output output = {};
  EXPECT_EQ(
      kStage.commands[1].run(nullptr, nullptr, 0, nullptr, 0, sizeof(penstock_option), keep, &output, &error),
      PENSTOCK_E_IO);
  EXPECT_STREQ(error.text, "PS0000: slow down");
  EXPECT_EQ(error.retryable, 1);
  EXPECT_EQ(output.lines, std::vector<std::string>{"begun"});
}

TEST(command, an_exception_in_a_command_becomes_an_error_code) {
  const Output output = run(2, {}, {});
  EXPECT_EQ(output.code, PENSTOCK_E_INTERNAL);
  EXPECT_EQ(output.text, "PS0002: a defect");
}

TEST(command, a_command_ignores_the_hosts_clock_but_uses_its_random_numbers) {
  penstock_host host = {};
  host.struct_size = sizeof host;
  host.wall_ms = [](void*) { return int64_t{0}; };
  host.monotonic_ms = host.wall_ms;
  host.random = [](void*) { return uint64_t{0}; };
  EXPECT_EQ(run(0, {}, kShard, &host).lines,
            (std::vector<std::string>{"mill 7", "waits", "is given random numbers"}));
}

TEST(command, misuse_of_a_command_is_an_error) {
  const penstock_command& show = kStage.commands[0];
  Output output = {};
  EXPECT_EQ(show.run(nullptr, nullptr, 0, kShard.data(), 1, sizeof(penstock_option), nullptr, nullptr, nullptr),
            PENSTOCK_E_INVALID);
  EXPECT_EQ(show.run(nullptr, nullptr, 1, kShard.data(), 1, sizeof(penstock_option), keep, &output, nullptr),
            PENSTOCK_E_INVALID);
  EXPECT_EQ(show.run(nullptr, nullptr, 0, nullptr, 1, sizeof(penstock_option), keep, &output, nullptr),
            PENSTOCK_E_INVALID);
  EXPECT_EQ(show.run(nullptr, nullptr, 0, kShard.data(), 1, sizeof(penstock_option) - 1, keep, &output, nullptr),
            PENSTOCK_E_INVALID);
  penstock_host small = {};
  EXPECT_EQ(show.run(&small, nullptr, 0, kShard.data(), 1, sizeof(penstock_option), keep, &output, nullptr),
            PENSTOCK_E_INVALID);
  EXPECT_TRUE(output.lines.empty());
}

}  // namespace
}  // namespace penstock::plugin
