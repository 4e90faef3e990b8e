// penstock check of confs for the stages of libpenstock.so: what it finds without the network.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class check_kinesis : public testing::Test {
 protected:
  check_kinesis() {
    for (const char* name :
         {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_USE_FIPS_ENDPOINT", "AWS_ENDPOINT_URL"})
      unsetenv(name);
    setenv("AWS_CONFIG_FILE", "/nowhere/config", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials", 1);
  }

  // Returns the problems that check prints, without the folder in front of file names.
  std::string problems(const std::string& content, const std::string& file = "agent.conf",
                       const std::vector<std::string>& more = {}) {
    return problems_of("check", content, file, more);
  }
  std::string problems_of(const std::string& command, const std::string& content,
                          const std::string& file = "agent.conf", const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {command, "-c", folder_.write(file, content)};
    args.insert(args.end(), more.begin(), more.end());
    std::string text = run_program(args).err;
    for (size_t at; (at = text.find(folder_.path(""))) != std::string::npos;)
      text.erase(at, folder_.path("").size());
    return text;
  }

  static std::string input(const std::string& tag, const std::string& lines) {
    return "[INPUT]\n  Name penstock_kinesis\n  Tag " + tag + "\n  checkpoint memory\n  on_failure drop\n" + lines;
  }
  static std::string output(const std::string& match, const std::string& lines) {
    return "[OUTPUT]\n  Name penstock_kinesis\n  Match " + match + "\n  on_failure drop\n" + lines;
  }
  // For a conf with one input and one output that have these lines.
  bool loops(const std::string& in, const std::string& out) {
    const std::string text = problems(input("t", in) + output("*", out));
    const bool found =
        text.find("PS0854: each record would be read and written again endlessly") != std::string::npos;
    EXPECT_EQ(text.empty(), !found) << text;
    return found;
  }
  // For a conf whose input has this checkpoint and whose output has these lines.
  std::string of_files(const std::string& checkpoint, const std::string& lines) {
    return problems("[INPUT]\n  Name penstock_kinesis\n  stream in\n  region eu-west-1\n  on_failure drop\n" +
                    ("  checkpoint " + checkpoint) +
                    "\n[OUTPUT]\n  Name penstock_kinesis\n  Match *\n  stream out\n  region eu-west-1\n" + lines);
  }

  Folder folder_;
};

const std::string kHere = "  region eu-west-1\n";
std::string arn(const std::string& account, const std::string& region, const std::string& name) {
  return "arn:aws:kinesis:" + region + ":" + account + ":stream/" + name;
}
const std::string kOurs = arn("123456789012", "eu-west-1", "mill");

TEST_F(check_kinesis, an_output_to_the_stream_that_is_read_is_an_error_that_names_both) {
  EXPECT_EQ(
      problems(input("t", kHere + "  stream mill\n") + output("*", kHere + "  stream mill\n")),
      "agent.conf:8: PS0854: each record would be read and written again endlessly: input:penstock_kinesis:0 "
      "reads stream mill (account *, region eu-west-1) and output:penstock_kinesis:0 writes its records to the "
      "same stream; set another stream, set stream_arn if the stream is in another account, or change Match\n");
}

TEST_F(check_kinesis, streams_are_compared_by_account_region_name_and_endpoint) {
  EXPECT_TRUE(loops("  stream " + kOurs + "\n", "  stream_arn " + kOurs + "\n"));
  EXPECT_TRUE(loops(kHere + "  stream a,mill\n", kHere + "  stream mill\n"));
  EXPECT_TRUE(loops(kHere + "  stream mill\n  use_fips on\n", kHere + "  stream mill\n"));
  EXPECT_TRUE(loops(kHere + "  stream mill\n",
                    kHere + "  stream mill\n  endpoint https://kinesis.eu-west-1.amazonaws.com\n"));
  EXPECT_TRUE(loops(kHere + "  stream mill\n",
                    kHere + "  stream mill\n  endpoint https://kinesis.eu-west-1.amazonaws.com.\n"))
      << "the root's dot spares a lookup in the search domains";
  EXPECT_TRUE(loops(kHere + "  stream mill\n  endpoint https://mirror.example:8443\n",
                    kHere + "  stream mill\n  endpoint https://mirror.example.:8443\n"));
  const std::string local = "  endpoint http://localhost:4567\n";
  EXPECT_TRUE(
      loops(kHere + local + "  stream mill\n", kHere + "  stream mill\n  endpoint http://127.0.0.1:4567/\n"));
  const std::string role = "  role_arn arn:aws:iam::123456789012:role/writer\n";
  EXPECT_TRUE(loops("  stream " + kOurs + "\n", kHere + role + "  stream mill\n")) << "the account of the role";

  EXPECT_FALSE(loops(kHere + "  stream mill\n", kHere + "  stream mill2\n"));
  EXPECT_FALSE(loops(kHere + "  stream mill\n", kHere + "  stream Mill\n"));
  EXPECT_FALSE(loops(kHere + "  stream mill\n", "  region eu-west-2\n  stream mill\n"));
  EXPECT_FALSE(loops(kHere + "  stream mill\n", kHere + local + "  stream mill\n"));
  EXPECT_FALSE(loops("  stream " + kOurs + "\n", "  stream " + arn("210987654321", "eu-west-1", "mill") + "\n"));
  EXPECT_FALSE(loops("  stream " + kOurs + "\n", "  stream " + arn("123456789012", "us-east-1", "mill") + "\n"));
  EXPECT_FALSE(loops("  stream " + kOurs + "\n", kHere + "  stream mill\n")) << "only the service knows";
}

TEST_F(check_kinesis, a_loop_is_found_through_matches_and_several_sections) {
  const auto in = [&](const char* tag, const char* stream) {
    return input(tag, kHere + "  stream " + stream + "\n");
  };
  const auto out = [&](const char* match, const char* stream) {
    return output(match, kHere + "  stream " + stream + "\n");
  };
  EXPECT_EQ(problems(in("a.x", "one") + in("b.x", "two") + out("b.*", "three") + out("a.*", "one")).substr(0, 14),
            "agent.conf:21:");
  EXPECT_EQ(problems(in("a.x", "one") + in("b.x", "two") + out("a.*", "three") + out("b.*", "one")), "");
  const std::string through_two = problems(in("a", "one") + in("b", "two") + out("a", "two") + out("b", "one"));
  EXPECT_NE(
      through_two.find("input:penstock_kinesis:0 reads stream one (account *, region eu-west-1) and "
                       "output:penstock_kinesis:0 writes its records to two (account *, region eu-west-1), and "
                       "input:penstock_kinesis:1 reads stream two (account *, region eu-west-1) and "
                       "output:penstock_kinesis:1 writes its records to one"),
      std::string::npos)
      << through_two;
  EXPECT_EQ(std::count(through_two.begin(), through_two.end(), '\n'), 1) << "each loop once: " << through_two;
  EXPECT_EQ(problems(in("a", "one") + "[OUTPUT]\n  Name penstock_kinesis\n  Match_Regex ^a$\n  on_failure drop\n" +
                     kHere + "  stream one\n")
                .substr(0, 13),
            "agent.conf:8:");
}

TEST_F(check_kinesis, a_list_of_streams_in_yaml_is_a_comma_separated_list) {
  const std::string conf =
      "pipeline:\n"
      "  inputs:\n"
      "    - {name: penstock_kinesis, region: eu-west-1, checkpoint: memory, onFailure: drop, stream: [a, mill]}\n"
      "  filters: [{name: lambda_logs, match: '*', drop: [start, end]}]\n"
      "  outputs:\n"
      "    - {name: penstock_kinesis, match: '*', region: eu-west-1, onFailure: drop, stream: ";
  EXPECT_EQ(problems(conf + "b}\n", "agent.yaml"), "");
  EXPECT_NE(problems(conf + "mill}\n", "agent.yaml").find("again endlessly"), std::string::npos);
  EXPECT_EQ(problems(conf + "[b, c]}\n", "agent.yaml"),
            "agent.yaml:6: PS0852: 'stream' accepts one value, not a list; write a text\n"
            "agent.yaml:6: PS0136: stream names 2 streams, but an output writes to one: use a section for each\n");
}

TEST_F(check_kinesis, unwritable_folders_and_files_are_errors) {
  const std::string uid = std::to_string(geteuid());
  EXPECT_EQ(of_files("file:" + folder_.path("none/checkpoint"), "  on_failure drop\n"),
            "agent.conf:1: PS0683: checkpoint file:none/checkpoint: folder "
            "none does not exist; create it, owned by user " +
                uid + ", which runs this program: install -d -m 0700 -o " + uid + " none\n");
  folder_.write("file", "x");
  EXPECT_NE(
      of_files("memory", "  on_failure file:" + folder_.path("file/failures") + "\n").find("is not a folder"),
      std::string::npos);
  EXPECT_NE(
      of_files("memory", "  on_failure file:" + folder_.path("") + "\n").find("is a folder; choose a file in it"),
      std::string::npos);
  std::filesystem::create_symlink("file", folder_.path("link"));
  EXPECT_NE(of_files("memory", "  on_failure file:" + folder_.path("link") + "\n").find("is a symbolic link"),
            std::string::npos);
  EXPECT_NE(of_files("file:" + folder_.path("file"), "  on_failure drop\n").find("checkpoint"), std::string::npos)
      << "which is not a checkpoint";
  EXPECT_EQ(of_files("file:" + folder_.path("good"), "  on_failure file:" + folder_.path("failures") + "\n"), "");
  EXPECT_FALSE(std::filesystem::exists(folder_.path("good.lock"))) << "check creates nothing";
  EXPECT_FALSE(std::filesystem::exists(folder_.path("failures")));
  if (geteuid() == 0) return;  // root can write in spite of file modes
  std::filesystem::create_directory(folder_.path("closed"));
  chmod(folder_.path("closed").c_str(), 0500);
  EXPECT_NE(
      of_files("file:" + folder_.path("closed/c"), "  on_failure drop\n").find("cannot read and write folder "),
      std::string::npos);
}

TEST_F(check_kinesis, files_that_others_can_read_or_write_are_errors) {
  const auto of_failure = [&](const char* name) {
    return of_files("memory", "  on_failure file:" + folder_.path(name) + "\n");
  };
  const auto of_checkpoint = [&](const char* name) {
    return of_files("file:" + folder_.path(name), "  on_failure drop\n");
  };
  const auto write = [&](const std::string& name, mode_t mode) {
    folder_.write(name, "");
    chmod(folder_.path(name).c_str(), mode);
  };
  write("good", 0600);
  EXPECT_EQ(of_failure("good"), "");
  write("open", 0644);
  EXPECT_NE(of_failure("open").find("open has mode 0644"), std::string::npos);
  write("kept.lock", 0660);
  EXPECT_NE(of_failure("kept").find("kept.lock has mode 0660"), std::string::npos);
  EXPECT_NE(of_checkpoint("kept").find("kept.lock has mode 0660"), std::string::npos);
  write("linked", 0600);
  std::filesystem::create_hard_link(folder_.path("linked"), folder_.path("other.tmp"));
  EXPECT_NE(of_failure("linked").find("linked has hard links"), std::string::npos);
  EXPECT_NE(of_checkpoint("other").find("other.tmp has hard links"), std::string::npos);
  write("left.tmp", 0644);
  EXPECT_EQ(of_checkpoint("left"), "") << "a save gives it mode 0600";
  std::filesystem::create_symlink("none", folder_.path("link"));
  EXPECT_NE(of_checkpoint("link").find("link is a symbolic link"), std::string::npos)
      << "which a save does not replace";
  if (geteuid() != 0) return;  // only root can give files to other users
  write("theirs", 0600);
  ASSERT_EQ(chown(folder_.path("theirs").c_str(), 12345, 12345), 0);
  EXPECT_NE(of_failure("theirs").find("theirs belongs to user 12345"), std::string::npos);
  EXPECT_NE(of_checkpoint("theirs").find("theirs belongs to user 12345"), std::string::npos);
}

TEST_F(check_kinesis, a_file_may_be_used_by_only_one_option) {
  const std::string path = folder_.path("kept");
  const auto shared = [&](const std::string& other) {
    return of_files("file:" + path, "  on_failure file:" + other + "\n");
  };
  EXPECT_EQ(shared(path),
            "agent.conf:12: PS0849: on_failure uses the file 'kept', which checkpoint in line 6 already uses; "
            "give each section its own file\n");
  std::filesystem::create_directory(folder_.path("f"));
  EXPECT_NE(shared(folder_.path("f/../kept")), "");
  EXPECT_NE(shared(folder_.path("./kept.lock")), "");
  EXPECT_NE(shared(folder_.path("kept.tmp")), "");
  std::filesystem::create_symlink(".", folder_.path("f/up"));
  EXPECT_EQ(shared(folder_.path("f/up/kept")), "") << "this is f/kept";
  std::filesystem::create_directory_symlink(folder_.path(""), folder_.path("here"));
  EXPECT_NE(shared(folder_.path("here/kept")), "");
  EXPECT_EQ(shared(folder_.path("kept2")), "");
  EXPECT_EQ(problems("[INPUT]\n  Name penstock_kinesis\n  stream in\n" + kHere + "  checkpoint file:" + path +
                     "\n  on_failure file:" + path + "\n[OUTPUT]\n  Name null\n  Match *\n"),
            "agent.conf:1: PS0124: checkpoint and on_failure use the same file kept: give each its own\n");
}

TEST_F(check_kinesis, everything_that_run_rejects_is_an_error_in_check) {
  const auto of_output = [&](const std::string& lines) {
    return problems(
        "[INPUT]\n  Name penstock_kinesis\n  stream in\n  region eu-west-1\n  checkpoint memory\n"
        "  on_failure drop\n" +
        output("*", "  stream out\n" + lines));
  };
  EXPECT_EQ(of_output(kHere), "");
  EXPECT_EQ(of_output(""),
            "agent.conf:7: PS0132: no region: set region, or AWS_REGION in the environment, such as eu-west-1\n");
  setenv("AWS_REGION", "eu-west-1", 1);
  EXPECT_EQ(of_output(""), "");
  for (const char* line :
       {"region US-EAST-1", "region us east 1", "region us-east-1.", "endpoint kinesis.local",
        "endpoint https://h/p", "endpoint http://example.com", "endpoint https://u@h", "sts_endpoint h",
        "ca_file /nowhere/ca.pem", "ca_file ~/ca.pem", "external_id x", "role_arn writer"}) {
    EXPECT_EQ(of_output("  " + std::string(line) + "\n").substr(0, 11), "agent.conf:") << line;
  }
  EXPECT_NE(of_output("  use_fips on\n  endpoint https://h\n"), "");
}

class check_kinesis_all : public check_kinesis {
 protected:
  // Checks that the problems of a conf are exactly these: each has its part, and its line. run finds the same.
  void expect(const std::string& conf, const std::vector<std::string>& parts) {
    const std::string text = problems(conf);
    for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(parts.size())) << text;
    EXPECT_EQ(problems_of("run", conf), text);
  }
  // For an output after a valid input, which takes the first seven lines.
  void expect_of_output(const std::string& lines, const std::vector<std::string>& parts) {
    expect(input("t", kHere + "  stream in\n") + output("*", lines), parts);
  }
  void expect_of_input(const std::string& lines, const std::vector<std::string>& parts) {
    expect("[INPUT]\n  Name penstock_kinesis\n  Tag t\n" + lines + kNull, parts);
  }

  const std::string kNull = "[OUTPUT]\n  Name null\n  Match *\n";
};

TEST_F(check_kinesis_all, check_finds_all_problems_of_output_options) {
  expect_of_output(
      "  stream out\n  retry_base 5s\n  retry_cap 1s\n  max_request_bytes 11M\n  linger never\n"
      "  lingering 1s\n  region US-EAST-1\n  endpoint kinesis.local\n  sts_endpoint h\n"
      "  ca_file /nowhere/ca.pem\n  role_arn writer\n  profile missing\n  failure_total_size 1M\n",
      {"agent.conf:8: PS0102: retry_base 5s exceeds retry_cap 1s",
       "agent.conf:8: PS0101: max_request_bytes 11M is out of range: expected at most 10485760 bytes",
       "agent.conf:16: PS0084: invalid duration 'never' for linger",
       "agent.conf:17: PS0054: unknown option 'lingering'",
       "PS0131: invalid region 'US-EAST-1' in the option region",
       "PS0250: endpoint: invalid endpoint 'kinesis.local'", "PS0250: sts_endpoint: invalid endpoint 'h'",
       "ca_file", "PS0113: invalid ARN 'writer' for role_arn", "missing",
       "PS0101: failure_total_size 1m is out of range: expected at least 14M"});
}

TEST_F(check_kinesis_all, check_finds_all_problems_of_related_output_options) {
  expect_of_output(
      kHere +
          "  stream out\n  max_record_bytes 11M\n  max_request_bytes 12M\n  aggregate kpl\n"
          "  compression gzip\n  ordering per_key\n  explicit_hash_key random\n"
          "  role_arn writer\n  external_id x\n  role_session_name a/b\n",
      {"agent.conf:8: PS0101: max_record_bytes 11m is out of range",
       "agent.conf:8: PS0101: max_request_bytes 12M is out of range",
       "agent.conf:8: PS0105: aggregate kpl cannot be used with compression gzip",
       "agent.conf:8: PS0105: ordering per_key cannot be used with explicit_hash_key random",
       "agent.conf:8: PS0113: invalid ARN 'writer' for role_arn", "agent.conf:8: PS0115: invalid external_id",
       "agent.conf:8: PS0115: invalid role_session_name 'a/b'"});
  expect_of_output(kHere + "  stream out\n  external_id id\n  role_session_name name\n",
                   {"PS0114: external_id has no effect without role_arn",
                    "PS0114: role_session_name has no effect without role_arn"});
}

TEST_F(check_kinesis_all, check_finds_all_problems_of_input_options) {
  expect(
      "[INPUT]\n  Name penstock_kinesis\n  Tag t\n  stream a/b\n  checkpoint dynamodb:T\n"
      "  initial_position at_timestamp:noon\n  failover_time 1s\n  max_records 0\n  poll_interval 0\n"
      "  endpoint ftp://h\n  on_failure file:" +
          folder_.path("none/failures") + "\n" + kNull,
      {": stream: ", "PS0120: invalid time 'noon' for initial_position at_timestamp",
       "PS0115: invalid name 'T' of the lease table",
       "PS0101: failover_time 1s is out of range: expected at least 3s",
       "PS0101: max_records 0 is out of range: expected 1 to 10000",
       "agent.conf:9: PS0084: invalid duration '0' for poll_interval", "invalid endpoint 'ftp://h'",
       "on_failure file:none/failures"});
}

TEST_F(check_kinesis_all, check_finds_all_problems_of_related_input_options) {
  const std::string more = "  on_failure drop\n" + kHere;
  expect_of_input(more + "  stream a/b,arn:x,ok\n  checkpoint memory\n  application_name a\n  create_table on\n" +
                      "  dynamodb_endpoint https://d\n",
                  {"PS0609: stream: invalid stream name 'a/b'", "PS0608: stream: invalid stream ARN 'arn:x'",
                   "PS0114: application_name has no effect with checkpoint memory",
                   "PS0114: create_table has no effect with", "PS0114: dynamodb_endpoint has no effect with"});
  expect_of_input(more +
                      "  stream in\n  checkpoint dynamodb\n  shards shardId-0\n  failover_time 1s\n"
                      "  table_tags a,b=c,d\n  dynamodb_endpoint d\n",
                  {"PS0128: checkpoint dynamodb has no name for the table",
                   "PS0105: shards cannot be used with checkpoint dynamodb",
                   "PS0101: failover_time 1s is out of range", "PS0126: invalid tag 'a' for table_tags",
                   "PS0126: invalid tag 'd' for table_tags", "invalid endpoint 'd'"});
  const std::string path = folder_.path("one");
  expect_of_input(
      kHere + "  stream in\n  checkpoint file:" + path + "\n  on_failure file:" + path + "\n  ca_file ~/ca\n",
      {"PS0124: checkpoint and on_failure use the same file",
       "agent.conf:8: PS0059: invalid path '~/ca' for ca_file"});
}

TEST_F(check_kinesis_all, check_finds_all_problems_of_lambda_logs_options) {
  expect(input("t", kHere + "  stream in\n") +
             "[FILTER]\n  Name lambda_logs\n  Match *\n  schema otel\n  source_key origin\n  timestamp_key body\n"
             "  event_id_key x\n  json_key x\n  include ,\n  exclude ,\n  drop start,finish,begin\n  event_id "
             "maybe\n" +
             kNull,
         {"agent.conf:8: PS0105: source_key cannot be used with schema otel",
          "agent.conf:8: PS0145: timestamp_key 'body'", "agent.conf:8: PS0145: event_id_key 'x'",
          "agent.conf:8: PS0057: empty value ',' for include", "agent.conf:8: PS0057: empty value ',' for exclude",
          "agent.conf:8: PS0086: invalid value 'finish' for drop",
          "agent.conf:8: PS0086: invalid value 'begin' for drop",
          "agent.conf:19: PS0086: invalid value 'maybe' for event_id"});
}

TEST_F(check_kinesis_all, check_finds_all_problems_of_service_and_environment_settings) {
  setenv("AWS_USE_FIPS_ENDPOINT", "1", 1);
  setenv("AWS_ENDPOINT_URL", "ftp://h", 1);
  expect("[SERVICE]\n  Grace soon\n  Log_Level loud\n  Stats_Interval never\n  Gracefully 1\n" +
             input("t", kHere + "  stream in\n  max_records 0\n") + kNull,
         {"agent.conf:2: PS0833: invalid Grace 'soon'", "agent.conf:3: PS0833: invalid Log_Level 'loud'",
          "agent.conf:4: PS0833: invalid Stats_Interval 'never'",
          "agent.conf:5: PS0832: unknown key 'Gracefully' in [SERVICE]", "agent.conf:6: PS0101: max_records 0",
          "agent.conf:6: PS0254: AWS_USE_FIPS_ENDPOINT is '1'", "PS0250: AWS_ENDPOINT_URL: "});
}

TEST_F(check_kinesis_all, check_finds_loops_of_streams_and_other_problems_together) {
  const std::string loop = "PS0854: each record would be read and written again endlessly";
  const std::string in = input("t", kHere + "  stream mill\n");
  const std::string out = output("*", kHere + "  stream mill\n");
  expect("[SERVICE]\n  Grace soon\n" + in + out,
         {"agent.conf:2: PS0833: invalid Grace 'soon'", "agent.conf:10: " + loop});
  expect(in + "[OUTPUT]\n  Name nul\n" + out, {"PS0841: Match is missing", "PS0843: unknown output 'nul'", loop});
  expect(in + out + "  linger never\n  max_request_bytes 11M\n  ca_file /nowhere/ca.pem\n  sts_endpoint h\n",
         {"PS0084: invalid duration 'never' for linger", "PS0101: max_request_bytes 11M", "/nowhere/ca.pem",
          "invalid endpoint 'h'", loop});
}

TEST_F(check_kinesis_all, streams_that_are_not_certain_form_no_loop) {
  const std::string in = input("t", kHere + "  stream mill\n");
  expect(in + output("*", kHere + "  stream mill\n  use_fips maybe\n"),
         {"PS0086: invalid value 'maybe' for use_fips"});
  expect(in + output("*", kHere + "  stream mill\n  endpont https://h\n"), {"PS0054: unknown option 'endpont'"});
  expect(in + output("*", kHere + "  stream mill\n  endpoint\n"), {"'endpoint' has no value"});
}

TEST_F(check_kinesis, an_invalid_option_causes_no_further_errors) {
  const auto expect_one = [&](const std::string& conf, const std::string& part) {
    const std::string text = problems(conf + "[OUTPUT]\n  Name null\n  Match *\n");
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  };
  const std::string begin = "[INPUT]\n  Name penstock_kinesis\n  Tag t\n" + kHere;
  expect_one(
      begin + "  checkpoint dynamo\n  on_failure drop\n  stream in\n  application_name a\n  create_table on\n",
      "PS0086: invalid value 'dynamo' for checkpoint");
  expect_one(begin + "  checkpoint memory\n  stream in\n", "PS0056: missing option on_failure ");
  expect_one(begin + "  checkpoint memory\n  on_failure drop\n  stream in\n  max_records many\n",
             "PS0085: invalid number 'many' for max_records");
  expect_one(begin + "  checkpoint memory\n  on_failure drop\n", "PS0056: missing option stream: ");
  expect_one("[INPUT]\n  Name penstock_kinesis\n  Tag t\n  checkpoint memory\n  on_failure drop\n  stream arn:x\n",
             "stream: ");
}

TEST_F(check_kinesis, an_arn_of_another_region_than_the_region_option_is_an_error_in_check) {
  const auto of_input = [&](const std::string& lines) {
    return problems(input("t", lines) + "[OUTPUT]\n  Name null\n  Match *\n");
  };
  EXPECT_NE(of_input("  region us-east-1\n  stream " + kOurs + "\n")
                .find("PS0119: region us-east-1 has no effect: " + kOurs),
            std::string::npos);
  EXPECT_EQ(of_input("  stream " + kOurs + "\n"), "") << "the ARN contains the region";
  EXPECT_EQ(of_input("  region us-east-1\n  stream other," + kOurs + "\n"), "") << "region applies to the other";
}

TEST_F(check_kinesis, online_fails_without_credentials_and_prints_why_for_each_section) {
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}) unsetenv(name);
  setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
  const std::string conf =
      input("t", "  stream in\n  region eu-west-1\n") + output("*", "  stream out\n  region eu-west-1\n");
  const Ended it = run_program({"check", "-c", folder_.write("agent.conf", conf), "--online"});
  unsetenv("AWS_EC2_METADATA_DISABLED");
  EXPECT_EQ(it.code, 1);
  size_t failed = 0;
  const std::string text = "  GetCallerIdentity  fails: PS";
  for (size_t at = 0; (at = it.out.find(text, at)) != std::string::npos; ++at) ++failed;
  EXPECT_EQ(failed, 2U) << it.out;
  EXPECT_NE(it.err.find("PS0150: input:penstock_kinesis:0: access failed: checks failed"), std::string::npos)
      << it.err;
}

}  // namespace
}  // namespace penstock::host
