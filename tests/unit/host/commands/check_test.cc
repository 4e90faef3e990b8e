// penstock check: all problems at once, each with its place.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class check : public testing::Test {
 protected:
  // Without the folder in front of file names.
  Ended run(const std::string& content, std::vector<std::string> more = {"-e", PENSTOCK_FAKE_PLUGIN},
            const std::string& file = "agent.conf") {
    std::vector<std::string> args = {"check", "-c", folder_.write(file, content)};
    args.insert(args.end(), more.begin(), more.end());
    Ended ended = run_program(args);
    for (std::string* text : {&ended.out, &ended.err})
      for (size_t at; (at = text->find(folder_.path(""))) != std::string::npos;)
        text->erase(at, folder_.path("").size());
    return ended;
  }

  Folder folder_;
};

constexpr char kInput[] = "[INPUT]\n  Name fake_in\n  Tag t\n  journal /dev/null\n";
constexpr char kOutput[] = "[OUTPUT]\n  Name null\n  Match *\n";

TEST_F(check, a_valid_conf_has_no_problems) {
  const Ended it = run(std::string(kInput) + "[FILTER]\n  Name fake_filter\n  Match *\n" + kOutput);
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out, "agent.conf: no problems; inputs: 1, filters: 1, outputs: 1\n");
  EXPECT_EQ(it.err, "");
}

TEST_F(check, every_problem_is_reported_with_its_line_and_a_suggestion) {
  const Ended it =
      run("[SERVICE]\n  Grase 5\n  Stats_Interval soon\n  Log_Level loud\n"
          "[INPT]\n  Name fake_in\n"
          "[INPUT]\n  Name fake_inn\n"
          "[INPUT]\n  Name fake_in\n  jurnal x\n"
          "[FILTER]\n  Name lambda_logs\n  Match *\n  source_kye x\n"
          "[OUTPUT]\n  Name fake_out\n  journal x\n"
          "[OUTPUT]\n  Match *\n"
          "[OUTPUT]\n  Name null\n  Match_Regex (a\n"
          "[PLUGINS]\n  Path x\n");
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.out, "");
  const std::string regex = it.err.substr(it.err.find("agent.conf:23"), it.err.find("agent.conf:24"));
  EXPECT_EQ(regex.rfind("agent.conf:23: PS0840: invalid Match_Regex '(a': ", 0), 0u) << it.err;
  std::string rest = it.err;
  rest.erase(rest.find("agent.conf:23"), rest.find("agent.conf:24") - rest.find("agent.conf:23"));
  EXPECT_EQ(
      rest,
      "agent.conf:2: PS0832: unknown key 'Grase' in [SERVICE]; expected Grace, HTTP_Listen, HTTP_Port, "
      "HTTP_Server, Log_Format, Log_Level, Plugins_File, Stats_Format or Stats_Interval; did you mean 'Grace'?\n"
      "agent.conf:3: PS0833: invalid Stats_Interval 'soon': expected seconds, or a number with suffix ms, "
      "s, m or h; at most ten years\n"
      "agent.conf:4: PS0833: invalid Log_Level 'loud': expected off, error, warn, info or debug\n"
      "agent.conf:5: PS0830: unknown section [INPT]; expected [SERVICE], [INPUT], [FILTER] or [OUTPUT]; did "
      "you mean 'INPUT'?\n"
      "agent.conf:8: PS0843: unknown input 'fake_inn'; did you mean 'fake_in'?\n"
      "agent.conf:9: PS0853: option 'journal' is required\n"
      "agent.conf:11: PS0853: option 'jurnal' is unknown; did you mean 'journal'?\n"
      "agent.conf:15: PS0850: filter 'lambda_logs' has no option 'source_kye'; did you mean 'source_key'?\n"
      "agent.conf:16: PS0841: Match is missing; write 'Match *' to accept every tag\n"
      "agent.conf:19: PS0842: Name is missing: name the output; expected 'stdout' or 'null' or 'fake_out'\n"
      "agent.conf:24: PS0831: unexpected section [PLUGINS]; move it to the file that Plugins_File of "
      "[SERVICE] names\n");
}

TEST_F(check, an_unknown_name_without_a_similar_one_gets_the_list) {
  const Ended it = run(std::string(kInput) + "[OUTPUT]\n  Name xyzzy\n  Match *\n");
  EXPECT_EQ(it.err, "agent.conf:6: PS0843: unknown output 'xyzzy'; expected 'stdout' or 'null' or 'fake_out'\n");
}

TEST_F(check, an_input_that_no_output_matches_is_a_problem) {
  const Ended it = run(std::string(kInput) + "[OUTPUT]\n  Name null\n  Match other\n");
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err,
            "agent.conf:1: PS0844: no [OUTPUT] matches the tag 't' of this input, so its records would be "
            "discarded; set the Match of an [OUTPUT]\n"
            "agent.conf:5: warning: PS0846: no input has a tag that this section's Match accepts\n");
}

TEST_F(check, the_default_tag_is_name_and_number) {
  const std::string input = "[INPUT]\n  Name fake_in\n  journal /dev/null\n";
  const std::string output =
      "[OUTPUT]\n  Name null\n  Match fake_in.0\n[OUTPUT]\n  Name null\n  Match fake_in.1\n";
  EXPECT_EQ(run(input + input + output).code, 0);
  EXPECT_EQ(run(input + output).code, 0);
  EXPECT_EQ(run(input + input + input + output).code, 1);
}

TEST_F(check, keys_of_the_wrong_kind_of_section_are_errors) {
  const Ended it =
      run("[INPUT]\n  Name fake_in\n  journal x\n  Match *\n[OUTPUT]\n  Name null\n  Match *\n  Tag t\n");
  EXPECT_EQ(
      it.err,
      "agent.conf:4: PS0838: an [INPUT] cannot have Match; set its Tag\n"
      "agent.conf:8: PS0839: only an [INPUT] can have a Tag; set Match to the tags that this section accepts\n");
}

TEST_F(check, a_misplaced_tag_does_not_hide_an_invalid_expression) {
  const Ended it = run(std::string(kInput) + "[OUTPUT]\n  Name null\n  Tag t\n  Match_Regex (\n");
  EXPECT_NE(it.err.find(":7: PS0839: only an [INPUT] can have a Tag"), std::string::npos) << it.err;
  EXPECT_NE(it.err.find(":8: PS0840: invalid Match_Regex '('"), std::string::npos) << it.err;
}

TEST_F(check, a_repeated_key_is_a_warning) {
  const Ended it = run("[SERVICE]\n  Grace 1\n[SERVICE]\n  grace 2\n" + std::string(kInput) +
                       "  journal /dev/null\n" + kOutput);
  EXPECT_EQ(it.code, 0);
  EXPECT_EQ(it.err,
            "agent.conf:4: warning: PS0834: 'grace' is already set in line 2; the last value is used\n"
            "agent.conf:9: warning: PS0834: 'journal' is already set in line 8; the first value is used\n");
}

TEST_F(check, an_option_repeated_with_another_value_is_an_error) {
  EXPECT_EQ(run(std::string(kInput) + "  Journal y\n" + kOutput).err,
            "agent.conf:5: PS0835: 'Journal' is already set in line 4, to another value; remove one of them\n");
  folder_.write("more.conf", "[SERVICE]\n  Grace 1\n");
  EXPECT_EQ(run(std::string(kInput) + "@INCLUDE more.conf\n  journal y\n" + kOutput).code, 1);
  const std::string outputs = "  outputs: [{name: null, match: '*'}]\n";
  EXPECT_EQ(run("pipeline:\n  inputs:\n    - name: fake_in\n      journal: x\n      JOURNAL: y\n" + outputs,
                {"-e", PENSTOCK_FAKE_PLUGIN}, "agent.yaml")
                .err,
            "agent.yaml:5: PS0835: 'JOURNAL' is already set in line 4, to another value; remove one of them\n");
}

TEST_F(check, a_tilde_in_a_file_name_is_reported) {
  const std::string hint = " (~ is not expanded; write an absolute path)\n";
  for (const std::string conf : {"[SERVICE]\n  Plugins_File ~/plugins.conf\n", "@INCLUDE ~/more.conf\n"}) {
    const std::string text = run(conf + kInput + kOutput).err;
    EXPECT_NE(text.find(hint), std::string::npos) << text;
  }
  EXPECT_NE(run(std::string(kInput) + kOutput, {"-e", "~/plugin.so"}).err.find(hint), std::string::npos);
}

TEST_F(check, a_list_in_place_of_one_value_is_an_error) {
  const std::string head = "pipeline:\n  inputs:\n    - name: fake_in\n      journal: ";
  const std::string outputs = "  outputs: [{name: null, match: '*'}]\n";
  for (const char* list : {"[x, y]", "[x]"}) {
    EXPECT_EQ(run(head + list + "\n" + outputs, {"-e", PENSTOCK_FAKE_PLUGIN}, "agent.yaml").err,
              "agent.yaml:4: PS0852: 'journal' accepts one value, not a list; write a text\n");
  }
  EXPECT_EQ(run(head + "{x: y}\n" + outputs, {"-e", PENSTOCK_FAKE_PLUGIN}, "agent.yaml").code, 1);
}

TEST_F(check, a_comment_after_a_value_causes_a_warning_in_check) {
  const std::string text = " contains #, which does not begin a comment here; write a comment on its own line\n";
  EXPECT_EQ(run(std::string(kInput) + "[OUTPUT]\n  Name null\n  Match t\n  Alias a#b\n  Match_Regex . #all\n").err,
            "agent.conf:9: warning: PS0818: the value of 'Match_Regex'" + text);
  const std::string of_service = run("[SERVICE]\n  Grace 5\t# s\n" + std::string(kInput) + kOutput).err;
  EXPECT_EQ(of_service.substr(0, of_service.find('\n') + 1),
            "agent.conf:2: warning: PS0818: the value of 'Grace'" + text);
  EXPECT_EQ(run("service: {grace: 5} # five\npipeline:\n  inputs: [{name: fake_in, journal: 'x #y'}] # in\n"
                "  outputs: [{name: null, match: '*'}]\n",
                {"-e", PENSTOCK_FAKE_PLUGIN}, "agent.yaml")
                .err,
            "");
}

TEST_F(check, the_last_of_a_repeated_tag_or_match_wins_as_in_the_agent) {
  const Ended it =
      run("[INPUT]\n  Name fake_in\n  Name nope\n  Tag a\n  Tag b\n  journal x\n"
          "[OUTPUT]\n  Name null\n  Match a\n  Match b\n");
  EXPECT_EQ(it.code, 0);
  EXPECT_EQ(it.err,
            "agent.conf:3: warning: PS0834: 'Name' is already set in line 2; the first value is used\n"
            "agent.conf:5: warning: PS0834: 'Tag' is already set in line 4; the last value is used\n"
            "agent.conf:10: warning: PS0834: 'Match' is already set in line 9; the last value is used\n");
}

TEST_F(check, keys_reserved_by_the_agent_cause_one_warning_each) {
  const Ended it =
      run("[SERVICE]\n  Flush 1\n  Grace 5\n  storage.path /x\n  HTTP_Server off\n  flush 2\n"
          "[INPUT]\n  Name fake_in\n  journal x\n  Threaded off\n  Mem_Buf_Limit 5M\n  storage.type filesystem\n"
          "[FILTER]\n  Name fake_filter\n  Match *\n  log_level debug\n"
          "[OUTPUT]\n  Name null\n  Match *\n  Retry_Limit no_limits\n  Workers 1\n  net.keepalive off\n");
  EXPECT_EQ(it.code, 0);
  const std::string use = " is only for Fluent Bit; penstock ignores it\n";
  EXPECT_EQ(it.err,
            "agent.conf:4: warning: PS0836: 'storage.path'" + use +
                "agent.conf:6: warning: PS0834: 'flush' is already set in line 2; the last value is used\n" +
                "agent.conf:6: warning: PS0836: 'flush'" + use + "agent.conf:10: warning: PS0836: 'Threaded'" +
                use + "agent.conf:11: warning: PS0836: 'Mem_Buf_Limit'" + use +
                "agent.conf:12: warning: PS0836: 'storage.type'" + use +
                "agent.conf:16: warning: PS0836: 'log_level'" + use +
                "agent.conf:20: warning: PS0836: 'Retry_Limit'" + use +
                "agent.conf:21: warning: PS0836: 'Workers'" + use +
                "agent.conf:22: warning: PS0836: 'net.keepalive'" + use);
}

TEST_F(check, the_http_server_has_a_switch_an_address_and_a_port) {
  const auto with = [&](const std::string& line) {
    return run("[SERVICE]\n  " + line + "\n" + kInput + kOutput).err;
  };
  for (const char* const good : {"HTTP_Server On", "http_server false", "HTTP_Listen ::1", "HTTP_Listen 0.0.0.0",
                                 "HTTP_Port 0", "HTTP_Port 65535"})
    EXPECT_EQ(with(good), "") << good;
  EXPECT_EQ(with("HTTP_Server maybe"), "agent.conf:2: PS0833: invalid HTTP_Server 'maybe': expected on or off\n");
  EXPECT_EQ(with("HTTP_Listen localhost"),
            "agent.conf:2: PS0833: invalid HTTP_Listen 'localhost': expected an IPv4 or IPv6 address, such as "
            "127.0.0.1, or 0.0.0.0 for all interfaces\n");
  for (const char* const port : {"65536", "-1", "80x", "http"})
    EXPECT_EQ(with(std::string("HTTP_Port ") + port),
              "agent.conf:2: PS0833: invalid HTTP_Port '" + std::string(port) +
                  "': expected a number from 1 to 65535, or 0 for a port that the system chooses\n");
}

TEST_F(check, unsupported_agent_features_are_errors_unless_they_are_off) {
  const auto with = [&](const std::string& line) {
    return run("[SERVICE]\n  " + line + "\n" + kInput + kOutput).err;
  };
  const std::string is = " is only for Fluent Bit; penstock ";
  EXPECT_EQ(with("Daemon yes"), "agent.conf:2: PS0837: 'Daemon'" + is +
                                    "stays in the foreground: start it with systemd or another supervisor\n");
  EXPECT_EQ(with("Log_File /var/log/x"),
            "agent.conf:2: PS0837: 'Log_File'" + is +
                "logs to standard error; redirect it, as with 2>>FILE, or use the journal\n");
  for (const char* key : {"Daemon", "Health_Check", "enable_chunk_trace", "security.fips_mode"}) {
    EXPECT_EQ(run("[SERVICE]\n  " + std::string(key) + " on\n" + kInput + kOutput).code, 1) << key;
    for (const char* off : {" off", " Off", " false", " no"}) EXPECT_EQ(with(std::string(key) + off), "") << key;
  }
  EXPECT_EQ(with("storage.metrics Off"), "");
  EXPECT_EQ(run("[SERVICE]\n  Daemon on\n  daemon off\n" + std::string(kInput) + kOutput).code, 0)
      << "the last one wins";
}

TEST_F(check, agent_keys_that_would_change_records_are_rejected) {
  const Ended it =
      run("service: {streams_file: x}\nstream_processor: []\nparsers: []\n"
          "pipeline:\n"
          "  inputs:\n"
          "    - name: fake_in\n"
          "      journal: x\n"
          "      routable: true\n"
          "    - name: fake_in\n"
          "      journal: x\n"
          "      routable: off\n"
          "      processors: {logs: []}\n"
          "  outputs: [{name: null, match: '*'}]\n",
          {"-e", PENSTOCK_FAKE_PLUGIN}, "agent.yaml");
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err,
            "agent.yaml:1: PS0837: 'streams_file' is only for Fluent Bit; penstock has no stream processor, so "
            "its records would differ\n"
            "agent.yaml:2: PS0837: 'stream_processor' is only for Fluent Bit; penstock has no stream processor, "
            "so its records would differ\n"
            "agent.yaml:3: warning: PS0836: 'parsers' is only for Fluent Bit; penstock ignores it\n"
            "agent.yaml:11: PS0837: 'routable' is only for Fluent Bit; penstock routes each input by its Tag\n"
            "agent.yaml:12: PS0837: 'processors' is only for Fluent Bit; penstock has no processors, so its "
            "records would differ\n");
}

TEST_F(check, a_key_of_another_kind_of_section_is_unknown) {
  EXPECT_EQ(run("[INPUT]\n  Name fake_in\n  journal x\n  retry_limit 1\n" + std::string(kOutput)).err,
            "agent.conf:4: PS0853: option 'retry_limit' is unknown\n");
}

TEST_F(check, options_of_our_agent_files_cause_warnings_or_errors) {
  const Ended it = run(std::string(kInput) +
                       "[FILTER]\n  Name lambda_logs\n  Match *\n  key_name log\n  reserve_data on\n" + kOutput);
  EXPECT_EQ(it.code, 0);
  EXPECT_EQ(it.err,
            "agent.conf:8: warning: PS0836: 'key_name' is only for Fluent Bit; penstock ignores it\n"
            "agent.conf:9: warning: PS0836: 'reserve_data' is only for Fluent Bit; penstock ignores it\n");
}

TEST_F(check, options_of_the_agents_stdout_with_the_same_effect_cause_a_warning) {
  const std::string output = "[OUTPUT]\n  Name stdout\n  Match *\n";
  EXPECT_EQ(run(std::string(kInput) + output + "  Format json_lines\n  json_date_key false\n").err, "");
  EXPECT_EQ(run(std::string(kInput) + output + "  Format msgpack\n  json_date_key date\n").err,
            "agent.conf:8: PS0837: 'Format' is only for Fluent Bit; penstock writes one line of JSON per record\n"
            "agent.conf:9: PS0837: 'json_date_key' is only for Fluent Bit; penstock writes records unchanged\n");
}

TEST_F(check, plugins_from_the_command_line_take_precedence_over_agent_files) {
  folder_.write("plugins.conf", "[PLUGINS]\n  Path /nowhere/penstock-in-kinesis.so\n");
  const std::string conf = "[SERVICE]\n  Plugins_File plugins.conf\n" + std::string(kInput) + kOutput;
  EXPECT_EQ(run(conf).err, "");
  EXPECT_EQ(run(conf, {}).code, 1);
}

TEST_F(check, yaml_has_the_meaning_of_the_classic_format) {
  std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, folder_.path("p.so"));
  const Ended it =
      run("plugins: [p.so]\nservice: {grace: 1}\npipeline:\n  inputs: [{name: fake_in, journal: x, tag: t}]\n"
          "  filters: [{name: fake_filter, match: '*'}]\n  outputs: [{name: null, match: t}]\n",
          {}, "agent.yaml");
  EXPECT_EQ(it.err, "");
  EXPECT_EQ(it.out, "agent.yaml: no problems; inputs: 1, filters: 1, outputs: 1\n");
  EXPECT_EQ(run("plugins:\n  - ${X}/p.so\npipeline: {}\n", {"-e", PENSTOCK_FAKE_PLUGIN}, "agent.yaml").err,
            "penstock: PS0845: the configuration has no [INPUT]; add one\n"
            "agent.yaml:2: PS0811: Fluent Bit does not expand variables in 'plugins', so it would use '${X}/p.so' "
            "literally; write the path itself\n");
}

TEST_F(check, plugins_files_may_be_yaml_and_all_are_read) {
  std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, folder_.path("p.so"));
  folder_.write("one.yaml", "plugins: [p.so]\n");
  folder_.write("two.conf", "[PLUGINS]\n  Path gone.so\n");
  const Ended it =
      run("[SERVICE]\n  Plugins_File one.yaml\n  Plugins_File two.conf\n" + std::string(kInput) + kOutput, {});
  EXPECT_EQ(it.err, "two.conf:2: PS0858: plugin 'gone.so' cannot be opened: No such file or directory\n");
}

TEST_F(check, the_library_next_to_our_agent_files_is_opened_once_in_their_place) {
  std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, folder_.path("libpenstock.so"));
  folder_.write("plugins.conf",
                "[PLUGINS]\n  Path penstock-in-kinesis.so\n  Path penstock-out-kinesis.so\n"
                "  Path flb-filter_lambda_logs.so\n");
  const Ended it = run("[SERVICE]\n  Plugins_File plugins.conf\n" + std::string(kInput) + kOutput, {});
  EXPECT_EQ(it.err, "");
  EXPECT_EQ(it.code, 0);
}

TEST_F(check, an_empty_or_missing_conf_is_an_error) {
  EXPECT_EQ(run("").err, "penstock: PS0845: the configuration has no [INPUT]; add one\n");
  const Ended gone = run_program({"check", "-c", folder_.path("gone"), "-e", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(gone.code, 1);
  EXPECT_EQ(gone.err, folder_.path("gone") + ": PS0801: cannot read '" + folder_.path("gone") +
                          "': No such file or directory\n");
}

TEST_F(check, plugins_come_from_the_plugins_file_relative_to_it) {
  std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, folder_.path("p.so"));
  folder_.write("plugins.conf", "[PLUGINS]\n  Path p.so\n");
  const std::string conf = "[SERVICE]\n  Plugins_File plugins.conf\n" + std::string(kInput) + kOutput;
  EXPECT_EQ(run(conf, {}).code, 0);
  folder_.write("plugins.conf", "[PLUGINS]\n  Path gone.so\n  Pat x\n[INPUT]\n");
  EXPECT_EQ(run(conf, {}).err,
            "plugins.conf:2: PS0858: plugin 'gone.so' cannot be opened: No such file or directory\n"
            "plugins.conf:3: PS0831: unknown key 'Pat' in [PLUGINS]: expected only Path\n"
            "plugins.conf:4: PS0831: unexpected section [INPUT] in a Plugins_File: expected only [PLUGINS], with "
            "Path lines\n");
  std::filesystem::remove(folder_.path("plugins.conf"));
  EXPECT_EQ(run(conf, {"-e", PENSTOCK_FAKE_PLUGIN}).err,
            "agent.conf:2: PS0801: cannot read 'plugins.conf': No such file or directory\n");
}

TEST_F(check, a_file_that_is_not_a_plugin_is_reported) {
  const std::string text = folder_.write("text.so", "hello");
  const Ended it = run(std::string(kInput) + kOutput, {"-e", text});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err.rfind("penstock: PS0858: plugin 'text.so' cannot be opened: ", 0), 0u) << it.err;
  EXPECT_EQ(it.err.find("no input"), std::string::npos) << "a consequence of the first error";
}

TEST_F(check, root_rejects_files_that_other_users_can_write) {
  if (geteuid() != 0) GTEST_SKIP() << "applies only to root";
  const std::string conf = std::string(kInput) + kOutput;
  folder_.write("agent.conf", conf);
  chmod(folder_.path("agent.conf").c_str(), 0666);
  EXPECT_EQ(run(conf).err,
            "agent.conf: PS0801: cannot read 'agent.conf': users other than root can write it, and penstock runs "
            "as root: chmod go-w it, or run penstock as another user\n");
  chmod(folder_.path("agent.conf").c_str(), 0644);
  std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, folder_.path("p.so"));
  EXPECT_EQ(run(conf, {"-e", folder_.path("p.so")}).code, 0);
  chmod(folder_.path("p.so").c_str(), 0775);
  const Ended rejected = run(conf, {"-e", folder_.path("p.so")});
  EXPECT_EQ(rejected.code, 1);
  EXPECT_NE(rejected.err.find("PS0858: plugin 'p.so' is not opened: users other than root can write it"),
            std::string::npos);
}

TEST(usage, a_wrong_command_line_exits_with_2) {
  const auto wrong = [](const std::vector<std::string>& args) {
    const Ended ended = run_program(args);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.out, "");
    return ended.err;
  };
  EXPECT_EQ(wrong({}),
            "penstock: PS0901: the command is missing, such as penstock run -c FILE; see penstock --help\n");
  EXPECT_EQ(wrong({"chekc"}),
            "penstock: PS0901: unknown command 'chekc'; did you mean 'check'? See penstock --help\n");
  EXPECT_EQ(wrong({"check"}),
            "penstock check: PS0902: the configuration file is missing: -c FILE; see penstock check --help\n");
  EXPECT_EQ(wrong({"check", "-c"}),
            "penstock check: PS0900: option '-c' needs a value: FILE; see penstock check --help\n");
  EXPECT_EQ(wrong({"check", "a.conf", "-c", "b"}),
            "penstock check: PS0902: more than one configuration file; name one, with -c FILE; see penstock check "
            "--help\n");
  EXPECT_EQ(wrong({"check", "--agent", "vector", "a.conf"}),
            "penstock check: PS0903: invalid --agent 'vector': expected fluent-bit; see penstock check --help\n");
  EXPECT_EQ(wrong({"run", "-c", "x", "--exit-when-idel=5"}),
            "penstock run: PS0900: unknown option '--exit-when-idel'; did you mean '--exit-when-idle'? See "
            "penstock run --help\n");
  EXPECT_EQ(wrong({"run", "-c", "x", "--exit-when-idle", "soon"}),
            "penstock run: PS0903: invalid --exit-when-idle 'soon': expected seconds, or a number with suffix ms, "
            "s, m or h; see penstock run --help\n");
}

TEST(usage, every_command_has_help) {
  for (const char* command : {"run", "check", "transform", "plugins"}) {
    const Ended ended = run_program({command, "--help"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.out.rfind(std::string("Usage: penstock ") + command, 0), 0u);
  }
  EXPECT_EQ(run_program({"--help"}).code, 0);
  EXPECT_EQ(run_program({"--version"}).out.rfind("penstock ", 0), 0u);
}

TEST_F(check, events_per_second_is_passed_to_outputs_with_a_sizing_command) {
  const Ended it = run(std::string(kInput) + "[OUTPUT]\n  Name fake_out\n  Match *\n  journal x\n",
                       {"-e", PENSTOCK_FAKE_PLUGIN, "--events-per-second", "1000", "--event-bytes", "2K"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out,
            "agent.conf: no problems; inputs: 1, filters: 0, outputs: 1\n"
            "events_per_second is 1000\nevent_bytes is 2K\n");
}

TEST_F(check, events_per_second_is_an_error_without_a_sizing_command) {
  const Ended it = run(std::string(kInput) + kOutput, {"-e", PENSTOCK_FAKE_PLUGIN, "--events-per-second", "1000"});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err,
            "agent.conf: PS0920: --events-per-second needs an output with the command 'sizing', such as "
            "penstock_kinesis, and this configuration has none\n");
}

TEST_F(check, online_is_an_error_without_a_stage_that_checks_its_access) {
  const Ended it = run(std::string(kInput) + kOutput, {"-e", PENSTOCK_FAKE_PLUGIN, "--online"});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(
      it.err,
      "agent.conf: PS0920: --online needs a stage with the command 'access', such as penstock_kinesis, and this "
      "configuration has none\n");
}

TEST_F(check, online_cannot_be_combined_with_other_checks) {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--agent", "fluent-bit"}, {"--events-per-second", "1"}}) {
    std::vector<std::string> arguments = {"--online"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(
        run(kInput, arguments).err,
        "penstock check: PS0904: --online cannot be used with --agent or --events-per-second; see penstock check "
        "--help\n");
  }
}

TEST_F(check, sizing_options_must_be_given_together) {
  EXPECT_EQ(run(kInput, {"--event-bytes", "2K"}).err,
            "penstock check: PS0904: --event-bytes needs --events-per-second; see penstock check --help\n");
  EXPECT_EQ(
      run(kInput, {"--agent", "fluent-bit", "--events-per-second", "1"}).err,
      "penstock check: PS0904: --events-per-second cannot be used with --agent; see penstock check --help\n");
}

}  // namespace
}  // namespace penstock::host
