// penstock check --agent fluent-bit: what it reports about a conf, and what it ignores.
#include "host/fluentbit_check/agent_check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

const std::string kFiles = PENSTOCK_FAKE_AGENT_FILES;

class agent_check : public testing::Test {
 protected:
  AgentCheck check(const std::string& content, const std::string& file = "agent.conf") {
    return check_for_fluent_bit(folder_.write(file, content), plugins_, [this](const std::string& name) {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  // Returns a line for each problem, without the folder.
  std::string problems(const std::string& content, const std::string& file = "agent.conf") {
    std::string out;
    for (const Problem& problem : check(content, file).problems) {
      std::string line = to_line(problem);
      for (size_t at; (at = line.find(folder_.path(""))) != std::string::npos;)
        line.erase(at, folder_.path("").size());
      out += line + "\n";
    }
    return out;
  }

  // For a conf whose input has these lines instead of threaded and storage.type; the first of them is line 9.
  std::string of_input(const std::string& lines, const std::string& service = "  storage.path /x\n") {
    return problems("[SERVICE]\n" + service + "[INPUT]\n  Name penstock_kinesis\n  Tag t\n  stream s\n" +
                    "  checkpoint file:/x\n  on_failure file:/y\n" + lines + "[OUTPUT]\n  Name null\n  Match *\n");
  }

  // For a conf whose output has these lines instead of retry_limit and workers; the first of them is line 6.
  std::string of_output(const std::string& lines) {
    return problems("[OUTPUT]\n  Name penstock_kinesis\n  Match *\n  stream s\n  on_failure file:/y\n" + lines);
  }

  Folder folder_;
  std::vector<std::string> plugins_ = {kFiles + "/penstock-in-kinesis.so", kFiles + "/flb-filter_lambda_logs.so",
                                       kFiles + "/penstock-out-kinesis.so"};
  std::map<std::string, std::string> environment_;
};

constexpr char kSafe[] = "  threaded off\n  storage.type filesystem\n";

constexpr char kGood[] =
    "[SERVICE]\n  flush 1\n  nonsense x\n  storage.path /x\n"
    "[INPUT]\n  Name Penstock_Kinesis\n  Tag t\n  stream s\n  checkpoint file:/x\n  on_failure file:/y\n"
    "  threaded off\n  storage.type filesystem\n  mem_buf_limit 5M\n  alias a\n"
    "[FILTER]\n  Name lambda_logs\n  Match *\n  key_name log\n  log_level debug\n"
    "[OUTPUT]\n  Name penstock_kinesis\n  Match *\n  stream s\n  on_failure file:/z\n  Retry_Limit no_limits\n"
    "  workers 1\n"
    "[INPUT]\n  Name tail\n  what ever\n[FILTER]\n  Name grep\n[OUTPUT]\n  Name stdout\n[CUSTOM]\n  Name x\n";

TEST_F(agent_check, a_valid_agent_conf_has_no_problems_and_other_plugins_are_ignored) {
  EXPECT_EQ(problems(kGood), "");
  const AgentCheck it = check(kGood);
  EXPECT_EQ(it.inputs, 1u);
  EXPECT_EQ(it.filters, 1u);
  EXPECT_EQ(it.outputs, 1u);
}

TEST_F(agent_check, yaml_is_checked_like_the_classic_format) {
  const std::string conf =
      "service: {storage.path: /x}\n"
      "parsers: [{name: p}]\n"
      "pipeline:\n"
      "  inputs:\n"
      "    - {name: penstock_kinesis, tag: t, stream: s, checkpoint: 'file:/x', onFailure: 'file:/y',\n"
      "       threaded: off, storage.type: filesystem, processors: {logs: []}}\n"
      "  outputs:\n"
      "    - {name: penstock_kinesis, match: '*', stream: s, onFailure: 'file:/z', retryLimit: no_limits, "
      "workers: 2,\n"
      "       ";
  EXPECT_EQ(problems(conf + "logKey: log}\n", "agent.yaml"), "");
  EXPECT_EQ(problems(conf + "log_kye: log}\n", "agent.yaml"),
            "agent.yaml:9: PS0850: output 'penstock_kinesis' has no option 'log_kye', which Fluent Bit would "
            "ignore without a message; did you mean 'log_key'?\n");
}

TEST_F(agent_check, unknown_keys_and_invalid_values_are_errors_with_a_suggestion) {
  EXPECT_EQ(of_input(std::string(kSafe) + "  checkpoint_aftr append\n  treaded off\n  region bad\n  xyzzy 1\n"),
            "agent.conf:11: PS0850: input 'penstock_kinesis' has no option 'checkpoint_aftr', which Fluent Bit "
            "would ignore without a message; did you mean 'checkpoint_after'?\n"
            "agent.conf:12: PS0850: input 'penstock_kinesis' has no option 'treaded', which Fluent Bit would "
            "ignore without a message; did you mean 'threaded'?\n"
            "agent.conf:13: PS0853: the value is bad\n"
            "agent.conf:14: PS0850: input 'penstock_kinesis' has no option 'xyzzy', which Fluent Bit would ignore "
            "without a message\n");
  EXPECT_EQ(problems("[FILTER]\n  Name lambda_logs\n  Match *\n  kye_name log\n"),
            "agent.conf:4: PS0850: filter 'lambda_logs' has no option 'kye_name', which Fluent Bit would ignore "
            "without a message; did you mean 'key_name'?\n");
}

TEST_F(agent_check, a_required_option_that_is_missing_or_empty_is_an_error) {
  environment_ = {{"EMPTY", ""}};
  const std::string safe = "  Retry_Limit no_limits\n  workers 1\n";
  EXPECT_EQ(problems("[OUTPUT]\n  Name penstock_kinesis\n  Match *\n  on_failure file:/y\n" + safe),
            "agent.conf:1: PS0853: stream is required\n");
  EXPECT_EQ(
      problems("[OUTPUT]\n  Name penstock_kinesis\n  Match *\n  stream ${EMPTY}\n  on_failure file:/y\n" + safe),
      "agent.conf:1: PS0853: stream is required\n");
}

TEST_F(agent_check, values_of_a_repeated_option_must_agree_but_the_agents_own_keys_may_repeat) {
  EXPECT_EQ(
      of_input("  threaded on\n  threaded off\n  storage.type filesystem\n  stream s\n  Region a\n  region b\n"),
      "agent.conf:10: warning: PS0834: 'threaded' is already set in line 9; the last value is used\n"
      "agent.conf:12: warning: PS0834: 'stream' is already set in line 6; the first value is used\n"
      "agent.conf:14: PS0835: 'region' is already set in line 13, to another value; remove one of them\n");
}

// Fluent Bit makes a property of each item, and passes the first one to a plugin.
TEST_F(agent_check, a_list_of_several_values_is_an_error) {
  const std::string conf =
      "service: {storage.path: /x}\n"
      "pipeline:\n"
      "  inputs:\n"
      "    - {name: penstock_kinesis, tag: t, checkpoint: 'file:/x', onFailure: 'file:/y', threaded: off,\n"
      "       storage.type: filesystem,\n";
  const std::string outputs = "  outputs: [{name: null, match: '*'}]\n";
  EXPECT_EQ(problems(conf + "       stream: [a]}\n" + outputs, "agent.yaml"), "");
  EXPECT_EQ(problems(conf + "       stream: [a, b, c]}\n" + outputs, "agent.yaml"),
            "agent.yaml:6: PS0852: 'stream' is a list, and Fluent Bit passes only its first value to a plugin; "
            "write a text\n");
}

TEST_F(agent_check, a_state_file_used_by_two_sections_is_an_error) {
  EXPECT_EQ(of_input(std::string(kSafe) + "[OUTPUT]\n  Name penstock_kinesis\n  Match *\n  stream s\n" +
                     "  on_failure file:/./x.lock\n  Retry_Limit off\n  workers 1\n"),
            "agent.conf:15: PS0849: on_failure uses the file '/./x.lock', which checkpoint in line 7 already "
            "uses; give each section its own file\n");
}

TEST_F(agent_check, a_match_that_begins_with_a_slash_causes_a_warning) {
  const std::string text = "begins with /, but the tags of tag_format do not; remove the /, as in aws/lambda/*\n";
  EXPECT_EQ(
      of_input(std::string(kSafe) + "[FILTER]\n  Name grep\n  Match /aws/*\n[OUTPUT]\n  Name null\n"
                                    "  Match_Regex ^/aws\n[OUTPUT]\n  Name null\n  Match aws/*\n"),
      "agent.conf:13: warning: PS0866: '/aws/*' " + text + "agent.conf:16: warning: PS0866: '^/aws' " + text);
  for (const char* regex : {"^\\/aws", "\\/aws\\/lambda", "/aws"})
    EXPECT_NE(of_input(std::string(kSafe) + "[OUTPUT]\n  Name null\n  Match_Regex " + regex + "\n").find(text),
              std::string::npos)
        << regex;
  EXPECT_EQ(problems("[INPUT]\n  Name tail\n[OUTPUT]\n  Name null\n  Match /x\n"),
            "agent.conf: warning: PS0868: the configuration has no section of Penstock: none has the Name "
            "penstock_kinesis or lambda_logs\n");
}

TEST_F(agent_check, a_comment_after_a_value_causes_a_warning) {
  EXPECT_EQ(of_input(std::string(kSafe) + "  region r # mine\n"),
            "agent.conf:11: warning: PS0818: the value of 'region' contains #, which does not begin a comment "
            "here; write a comment on its own line\n");
}

TEST_F(agent_check, checkpoint_after_append_needs_threaded_off) {
  const std::string text =
      "PS0956: checkpoint_after append (the default) needs threaded off, and the input does not start without it: "
      "to "
      "an input with its own thread, the agent reports records as accepted that it may then lose. Set threaded "
      "off\n";
  EXPECT_EQ(of_input("  storage.type filesystem\n"), "agent.conf:3: " + text);
  EXPECT_EQ(of_input("  storage.type filesystem\n  Threaded yes\n"), "agent.conf:10: " + text);
  EXPECT_EQ(of_input("  storage.type filesystem\n  checkpoint_after Append\n"), "agent.conf:3: " + text);
  EXPECT_EQ(of_input("  storage.type filesystem\n  Threaded NO\n"), "");
  EXPECT_EQ(
      of_input("  storage.type filesystem\n  Threaded maybe\n"),
      "agent.conf:10: PS0877: invalid threaded 'maybe': expected on or off; Fluent Bit does not start with it\n");
}

TEST_F(agent_check, handover_and_delivery_work_with_threads_and_explain_their_cost) {
  EXPECT_EQ(of_input("  storage.type filesystem\n  checkpoint_after handover\n"),
            "agent.conf:10: warning: PS0960: checkpoint_after handover: records that the agent has not delivered "
            "when it ends are lost\n");
  EXPECT_EQ(of_input("  storage.type filesystem\n  checkpoint_after delivery\n"),
            "agent.conf:10: PS0870: checkpoint_after delivery needs an [OUTPUT] penstock_kinesis, which the "
            "configuration does not have: reading would stop at max_unacknowledged. Add one, or set "
            "checkpoint_after append\n"
            "agent.conf:10: warning: PS0961: checkpoint_after delivery is experimental: it does not recognize "
            "records that filters such as multiline and rewrite_tag create\n");
}

TEST_F(agent_check, append_without_storage_on_disk_causes_a_warning) {
  const std::string text =
      "warning: PS0880: without storage.type filesystem, records that the agent has accepted count as read but "
      "are "
      "only in its memory, and are lost if it is killed. Set storage.type filesystem here, and storage.path in "
      "[SERVICE]\n";
  const std::string limit =
      "warning: PS0882: without mem_buf_limit the agent's memory grows while an output is blocked; set it, for "
      "example to 64M\n";
  EXPECT_EQ(of_input("  threaded off\n  mem_buf_limit 5M\n"), "agent.conf:3: " + text);
  EXPECT_EQ(of_input("  threaded off\n"), "agent.conf:3: " + text + "agent.conf:3: " + limit);
  EXPECT_EQ(of_input("  threaded off\n  mem_buf_limit 5M\n  storage.type memory\n"), "agent.conf:11: " + text);
  EXPECT_EQ(of_input("  threaded off\n  storage.type memrb\n"),
            "agent.conf:10: " + text +
                "agent.conf:10: warning: PS0881: storage.type memrb: at mem_buf_limit the agent discards its "
                "oldest records, which are then lost\n");
  EXPECT_EQ(of_input("  threaded off\n  storage.type disk\n"),
            "agent.conf:10: PS0877: invalid storage.type 'disk': expected filesystem, memory or memrb; Fluent Bit "
            "does not start with it\n");
  EXPECT_EQ(of_input("  threaded off\n", "  storage.path /x\n  storage.type filesystem\n  storage.inherit on\n"),
            "");
  EXPECT_NE(of_input("  threaded off\n", "  storage.path /x\n  storage.type filesystem\n"), "");
}

TEST_F(agent_check, storage_does_not_matter_to_a_checkpoint_in_memory) {
  EXPECT_EQ(problems("[INPUT]\n  Name penstock_kinesis\n  stream s\n  checkpoint memory\n  on_failure file:/y\n"
                     "  threaded off\n  mem_buf_limit 5M\n"),
            "agent.conf:4: warning: PS0314: checkpoint memory: each start begins at initial_position; set "
            "file:PATH to keep the position\n");
}

TEST_F(agent_check, a_filter_without_match_is_an_error) {
  EXPECT_EQ(problems("[FILTER]\n  Name lambda_logs\n"),
            "agent.conf:1: PS0841: Match is missing, and Fluent Bit does not start without it\n");
  EXPECT_EQ(problems("[FILTER]\n  Name lambda_logs\n  Match_Regex x\n"), "");
}

TEST_F(agent_check, storage_on_disk_requires_a_path) {
  EXPECT_EQ(of_input(kSafe, "  flush 1\n"),
            "agent.conf:10: PS0879: storage.type filesystem needs storage.path in [SERVICE]; Fluent Bit does not "
            "start without it\n");
}

TEST_F(agent_check, records_that_no_output_matches_cause_a_warning) {
  const std::string input =
      "[SERVICE]\n  storage.path /x\n[INPUT]\n  Name penstock_kinesis\n  stream s\n  checkpoint file:/x\n"
      "  on_failure file:/y\n" +
      std::string(kSafe) + "  Tag t\n";
  const std::string warning =
      "agent.conf:10: warning: PS0844: no [OUTPUT] matches the tag 't': unless a filter changes the tag, the "
      "agent "
      "discards the records, which count as read\n";
  EXPECT_EQ(problems(input + "[OUTPUT]\n  Name null\n  Match x\n"), warning);
  EXPECT_EQ(problems(input + "[OUTPUT]\n  Name null\n  Match x\n[OUTPUT]\n  Name null\n  Match_Regex ^t$\n"), "");
  EXPECT_EQ(problems(input + "[OUTPUT]\n  Name null\n  Match_Regex (?<a>t\n"), "") << "who knows";
  EXPECT_EQ(problems(input + "  tag_format x\n[OUTPUT]\n  Name null\n  Match x\n"), "");
  EXPECT_EQ(problems(input + "[OUTPUT]\n  Name null\n"), "") << "one input, one output: no Match is needed";
  EXPECT_EQ(problems(input + "[OUTPUT]\n  Name null\n[INPUT]\n  Name tail\n"), warning);
  EXPECT_EQ(of_input(std::string(kSafe) + "  routable off\n"),
            "agent.conf:11: warning: PS0883: routable off: the agent discards the records of this input, which "
            "count as read; remove it\n");
}

TEST_F(agent_check, limited_retries_cause_a_warning) {
  EXPECT_EQ(of_output("  workers 1\n"),
            "agent.conf:1: warning: PS0886: Retry_Limit is 1 by default: a chunk that fails twice is lost; set "
            "Retry_Limit no_limits\n");
  EXPECT_EQ(of_output("  workers 1\n  Retry_Limit 5\n"),
            "agent.conf:7: warning: PS0886: Retry_Limit 5: a chunk that still fails after these retries is lost; "
            "set Retry_Limit no_limits\n");
  EXPECT_EQ(of_output("  workers 1\n  Retry_Limit no_retries\n"),
            "agent.conf:7: warning: PS0886: Retry_Limit no_retries: a chunk that fails once is lost; set "
            "Retry_Limit no_limits\n");
  for (const char* unlimited : {"No_Limits", "false", "off"})
    EXPECT_EQ(of_output(std::string("  workers 1\n  Retry_Limit ") + unlimited + "\n"), "");
}

TEST_F(agent_check, an_output_without_workers_causes_a_warning) {
  const std::string text =
      "warning: PS0964: without workers the whole agent is blocked while a flush waits for the service; set "
      "workers "
      "1\n";
  EXPECT_EQ(of_output("  Retry_Limit off\n"), "agent.conf:1: " + text);
  EXPECT_EQ(of_output("  Retry_Limit off\n  workers 0\n"), "agent.conf:7: " + text);
}

TEST_F(agent_check, keys_without_effect_cause_a_warning_and_tls_on_is_an_error) {
  const std::string text =
      " has no effect, because Penstock makes its own connections; see endpoint, ca_file, connect_timeout and "
      "call_timeout\n";
  EXPECT_EQ(of_output("  Retry_Limit off\n  workers 1\n  net.keepalive off\n  tls.verify off\n  Host x\n"),
            "agent.conf:8: warning: PS0888: 'net.keepalive'" + text +
                "agent.conf:9: warning: PS0888: 'tls.verify'" + text + "agent.conf:10: warning: PS0888: 'Host'" +
                text);
  EXPECT_EQ(of_output("  Retry_Limit off\n  workers 1\n  tls on\n"),
            "agent.conf:8: PS0887: tls on: Fluent Bit does not start, because it sees no TLS support in this "
            "plugin. Remove the line; Penstock always uses its own TLS\n");
}

TEST_F(agent_check, settings_that_drop_records_cause_a_warning) {
  EXPECT_EQ(
      problems("[SERVICE]\n  storage.path /x\n[INPUT]\n  Name penstock_kinesis\n  stream s\n  checkpoint memory\n"
               "  on_failure drop\n" +
               std::string(kSafe)),
      "agent.conf:6: warning: PS0314: checkpoint memory: each start begins at initial_position; set file:PATH to "
      "keep the position\n"
      "agent.conf:7: warning: PS0602: on_failure drop: records that can never be delivered are counted and lost; "
      "file:PATH keeps them\n");
  EXPECT_EQ(of_output("  Retry_Limit off\n  workers 1\n  storage.total_limit_size 1G\n"),
            "agent.conf:8: warning: PS0876: at storage.total_limit_size the agent discards its oldest chunks, "
            "which are then lost\n");
}

TEST_F(agent_check, a_hot_reload_of_an_output_with_workers_causes_a_warning) {
  const std::string safe = "  Retry_Limit off\n  workers 1\n";
  EXPECT_EQ(
      of_output(safe + "[SERVICE]\n  hot_reload on\n"),
      "agent.conf:7: warning: PS0889: Hot_Reload on in [SERVICE]: Fluent Bit 2.2 to 5.1.1 starts the workers "
      "of this output twice and stops them once, so that a hot reload can crash the agent; restart it "
      "instead\n");
  EXPECT_EQ(of_output(safe + "[SERVICE]\n  hot_reload off\n"), "");
  EXPECT_EQ(of_output("  Retry_Limit off\n  workers 0\n[SERVICE]\n  hot_reload on\n").find("PS0889"),
            std::string::npos);
}

TEST_F(agent_check, a_plugin_name_similar_to_ours_causes_a_warning) {
  EXPECT_EQ(
      problems(std::string(kGood) +
               "[INPUT]\n  Name kinesis\n[OUTPUT]\n  Name kinesis_streams\n  on_failure drop\n"
               "[OUTPUT]\n  Name kinesis\n  stream s\n  region r\n"
               "[OUTPUT]\n  Name penstock_kinesys\n[FILTER]\n  Name penstock_kinesis\n"
               "[OUTPUT]\n  Name lambda_logs\n"),
      "agent.conf:37: warning: PS0867: 'kinesis' is not an input of Fluent Bit; did you mean 'penstock_kinesis'?\n"
      "agent.conf:39: warning: PS0867: 'kinesis_streams' is an output of AWS or of Fluent Bit; did you mean "
      "'penstock_kinesis'?\n"
      "agent.conf:46: warning: PS0867: 'penstock_kinesys' is not a plugin of Penstock; did you mean "
      "'penstock_kinesis'?\n"
      "agent.conf:48: warning: PS0867: 'penstock_kinesis' of Penstock is not a filter, but an input\n"
      "agent.conf:50: warning: PS0867: 'lambda_logs' of Penstock is not an output, but a filter\n");
}

TEST_F(agent_check, a_conf_without_our_sections_causes_a_warning) {
  EXPECT_EQ(problems("[INPUT]\n  Name tail\n"),
            "agent.conf: warning: PS0868: the configuration has no section of Penstock: none has the Name "
            "penstock_kinesis or lambda_logs\n");
}

TEST_F(agent_check, files_are_found_through_plugins_file_and_plugins) {
  plugins_.clear();
  folder_.write("plugins.conf",
                "[PLUGINS]\n  Path " + kFiles + "/penstock-out-kinesis.so\n  Path /nowhere/other.so\n");
  const std::string lines = "  on_failure file:/y\n  Retry_Limit off\n  workers 1\n  x 1\n";
  EXPECT_EQ(
      problems("[SERVICE]\n  Plugins_File plugins.conf\n[OUTPUT]\n  Name penstock_kinesis\n  stream s\n" + lines),
      "agent.conf:9: PS0850: output 'penstock_kinesis' has no option 'x', which Fluent Bit would ignore without a "
      "message\n");
  EXPECT_EQ(
      problems("plugins: ['" + kFiles +
                   "/penstock-out-kinesis.so']\n"
                   "pipeline: {outputs: [{name: penstock_kinesis, stream: s, on_failure: 'file:/y', workers: 1,\n"
                   "  retry_limit: off, x: 1}]}\n",
               "agent.yaml"),
      "agent.yaml:3: PS0850: output 'penstock_kinesis' has no option 'x', which Fluent Bit would ignore without a "
      "message\n");
}

TEST_F(agent_check, an_unnamed_file_causes_a_warning_and_is_searched_next_to_the_library) {
  plugins_ = {kFiles + "/penstock-in-kinesis.so"};
  const std::string it =
      problems("[OUTPUT]\n  Name penstock_kinesis\n  Match *\n  stream s\n  region eu-west-1\n  on_failure file:" +
               folder_.path("y") + "\n  Retry_Limit off\n  workers 1\n");
  EXPECT_EQ(it.substr(it.find("agent.conf")),
            "agent.conf:1: warning: PS0865: this section needs penstock-out-kinesis.so, which the configuration "
            "does not name; add it to the Plugins_File or to plugins, or start Fluent Bit with -e and its path\n");
}

TEST_F(agent_check, files_from_the_command_line_take_precedence_over_the_conf) {
  EXPECT_EQ(
      problems("plugins: [/nowhere/penstock-out-kinesis.so]\n"
               "pipeline: {outputs: [{name: penstock_kinesis, stream: s, on_failure: 'file:/y', workers: 1,\n"
               "  retry_limit: off}]}\n",
               "agent.yaml"),
      "");
}

TEST_F(agent_check, paths_that_the_agent_would_not_open_are_reported) {
  plugins_.clear();
  std::filesystem::copy_file(kFiles + "/penstock-out-kinesis.so", folder_.path("penstock-out-kinesis.so"));
  folder_.write("plugins.conf",
                "[PLUGINS]\n  Path penstock-out-kinesis.so\n  Path ./penstock-in-kinesis.so\n"
                "  Path /x/penstock-in-kinesis.so\n  Path /x/libpenstock.so\n  Path ${DIR}/other.so\n");
  environment_ = {{"DIR", "/x"}};
  EXPECT_EQ(
      problems("[SERVICE]\n  Plugins_File plugins.conf\n[OUTPUT]\n  Name penstock_kinesis\n  stream s\n"
               "  on_failure file:/y\n  Retry_Limit off\n  workers 1\n"),
      "plugins.conf:2: warning: PS0862: 'penstock-out-kinesis.so' has no folder, so Fluent Bit looks for it only "
      "in the system's library folders; write an absolute path\n"
      "plugins.conf:3: warning: PS0862: './penstock-in-kinesis.so' is relative to the folder in which Fluent Bit "
      "is started; write an absolute path\n"
      "plugins.conf:4: warning: PS0861: penstock-in-kinesis.so is named twice; Fluent Bit uses the first path\n"
      "plugins.conf:5: PS0860: Fluent Bit cannot use libpenstock.so itself: name penstock-in-kinesis.so, "
      "penstock-out-kinesis.so and flb-filter_lambda_logs.so in the same folder\n"
      "plugins.conf:6: PS0811: Fluent Bit does not expand variables in the paths of plugins, so it would use "
      "'${DIR}/other.so' literally; replace the variable with its value\n");
}

TEST_F(agent_check, a_file_that_cannot_be_opened_or_is_something_else_is_an_error) {
  plugins_ = {"/nowhere/penstock-out-kinesis.so"};
  EXPECT_EQ(
      of_output("  Retry_Limit off\n  workers 1\n"),
      "penstock: PS0858: plugin '/nowhere/penstock-out-kinesis.so' cannot be opened: No such file or directory\n");
  std::filesystem::copy_file(kFiles + "/penstock-in-kinesis.so", folder_.path("penstock-out-kinesis.so"));
  plugins_ = {folder_.path("penstock-out-kinesis.so")};
  EXPECT_EQ(of_output("  Retry_Limit off\n  workers 1\n"),
            "penstock: PS0952: plugin 'penstock-out-kinesis.so' has no output 'penstock_kinesis' that this "
            "program can read; install both from one package\n");
}

TEST_F(agent_check, classic_syntax_that_the_agent_reads_differently_is_an_error) {
  std::filesystem::create_directory(folder_.path("sub"));
  folder_.write("sub/one.conf", "@INCLUDE two.conf\n");
  folder_.write("sub/two.conf", "");
  environment_ = {{"A", "sub"}};
  EXPECT_EQ(
      problems("@SET B=${A:-x}\n@INCLUDE ${A}/one.conf\n@INCLUDE no*.conf\n@INCLUDE sub/two.conf\n" +
               std::string(kGood) + "[INPUT]\n  Name\ttail\n"),
      "agent.conf:1: PS0811: Fluent Bit does not expand variables in @SET, so it would use '${A:-x}' literally; "
      "replace the variable with its value\n"
      "agent.conf:2: PS0811: Fluent Bit does not expand variables in @INCLUDE, so it would use '${A}/one.conf' "
      "literally; replace the variable with its value\n"
      "agent.conf:3: warning: PS0810: no file matches 'no*.conf'\n"
      "agent.conf:3: PS0810: no file matches 'no*.conf', so Fluent Bit does not start\n"
      "agent.conf:4: PS0803: 'sub/two.conf' is already included; Fluent Bit does not start if a file is included "
      "twice. Remove this line\n"
      "agent.conf:4: warning: PS0803: 'sub/two.conf' is already included; this line is ignored\n"
      "agent.conf:41: PS0815: a tab follows the key, which Fluent Bit takes for a part of the key; write a space\n"
      "sub/one.conf:1: PS0812: Fluent Bit looks for 'two.conf' in the folder in which it is started and next to "
      "the first configuration file, not next to this file; write an absolute path\n");
}

TEST_F(agent_check, check_for_an_agent_prints_problems_and_counts_and_has_the_exit_codes_of_check) {
  const std::string file = folder_.write("agent.conf", kGood);
  std::vector<std::string> args = {"check", "--agent", "fluent-bit", file};
  for (const std::string& plugin : plugins_) args.insert(args.end(), {"-e", plugin});
  const Ended good = run_program(args);
  EXPECT_EQ(good.code, 0);
  EXPECT_EQ(good.out, file + ": no problems in the sections of Penstock; inputs: 1, filters: 1, outputs: 1\n");
  EXPECT_EQ(good.err, "");
  folder_.write("agent.conf", std::string(kGood) + "[FILTER]\n  Name lambda_logs\n  Match x\n  x 1\n");
  const Ended bad = run_program(args);
  EXPECT_EQ(bad.code, 1);
  EXPECT_EQ(bad.out, "");
  EXPECT_EQ(bad.err, file +
                         ":39: PS0850: filter 'lambda_logs' has no option 'x', which Fluent Bit would ignore "
                         "without a message\n");
}

}  // namespace
}  // namespace penstock::host
