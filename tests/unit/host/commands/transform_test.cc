// penstock transform: every form of input, from files and pipes, with fakes of the two filters.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/base64.h"
#include "tests/gzip.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

constexpr char kMessage[] = R"({"messageType":"DATA_MESSAGE","logEvents":[]})";

class transform : public testing::Test {
 protected:
  static std::vector<std::string> args(const std::vector<std::string>& more = {}) {
    std::vector<std::string> out = {"transform", "-e", PENSTOCK_FAKE_PLUGIN};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  static Ended from_pipe(const std::string& input) { return run_program(args(), input); }

  // What the fake of lambda_logs prints: how many bytes it got, and whether they were gzip.
  static int printed(const Ended& ended, bool gzip, size_t size) {
    const std::string text =
        "\"gzip\":" + std::string(gzip ? "true" : "false") + ",\"size\":" + std::to_string(size) + ",";
    int count = 0;
    for (size_t at = 0; (at = ended.out.find(text, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  Folder folder_;
};

TEST_F(transform, transform_reads_json_messages_on_one_line_each) {
  const Ended it = from_pipe(std::string(kMessage) + "\n" + kMessage + "\n");
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 2) << it.out;
  EXPECT_EQ(it.err, "penstock transform: source records: 2, log events: 2, failures: 0\n");
}

TEST_F(transform, transform_reads_json_messages_on_several_lines) {
  const std::string pretty = "{\n  \"messageType\": \"DATA_MESSAGE\",\n  \"logEvents\": [\n  ]\n}";
  const Ended it = from_pipe(pretty + "\n" + pretty);
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, false, pretty.size()), 2) << it.out;
}

TEST_F(transform, transform_reads_gzip_files_of_messages_or_lines) {
  const std::string one = folder_.write("one.gz", gzip(kMessage));
  const std::string lines = folder_.write("lines", gzip(std::string(kMessage) + "\n" + kMessage + "\n"));
  const Ended it = run_program(args({one, lines}));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 3) << it.out;
}

TEST_F(transform, transform_reads_base64_of_gzip_records_on_one_line_each) {
  const std::string record = gzip(kMessage);
  const Ended it = from_pipe(base64(record) + "\n" + base64(record) + "\n");
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, true, record.size()), 2) << it.out;
}

// As base64(1) and others wrap it.
std::string wrapped(const std::string& text, size_t columns, const std::string& line_ending) {
  std::string out;
  for (size_t at = 0; at < text.size(); at += columns) out += text.substr(at, columns) + line_ending;
  return out;
}

TEST_F(transform, transform_reads_wrapped_base64) {
  for (size_t more = 0; more < 60; ++more) {  // also with a last line that is full
    std::string noise;
    for (size_t i = 0; i < 200 + more; ++i) noise += static_cast<char>('!' + i * i % 90);
    const std::string record = gzip(kMessage + noise);
    for (const std::string line_ending : {"\n", "\r\n"}) {
      const std::string text = wrapped(base64(record), 76, line_ending);
      const Ended it = from_pipe(text + text + kMessage + "\n" + wrapped(base64(record), 64, line_ending));
      EXPECT_EQ(it.code, 0) << it.err;
      EXPECT_EQ(printed(it, true, record.size()), 3) << it.out;
      EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 1) << it.out;
    }
    if (more == 2) more = 55;
  }
}

TEST_F(transform, a_damaged_wrapped_record_is_one_failure_and_affects_no_other) {
  std::string noise;
  for (size_t i = 0; i < 400; ++i) noise += static_cast<char>('!' + i * i % 90);
  const std::string record = gzip(kMessage + noise);
  const std::string text = wrapped(base64(record), 76, "\n");
  std::string damaged = text;
  damaged[100] = '!';
  const std::string file = folder_.write("in", text + damaged + text);
  const Ended it = run_program(args({file}));
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(printed(it, true, record.size()), 2) << it.out;
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_EQ(it.err, file + ":" + std::to_string(lines + 1) + ": PS0927: '" + damaged.substr(0, 40) +
                        "...' is neither JSON nor a gzip record in base64\n"
                        "penstock transform: source records: 2, log events: 2, failures: 1\n");
}

TEST_F(transform, transform_reads_get_records_output_compact_or_not) {
  const std::string record = gzip(kMessage);
  const std::string pretty =
      "{\n    \"Records\": [\n        {\n            \"SequenceNumber\": \"49\",\n            "
      "\"ApproximateArrivalTimestamp\": \"2019-08-25T13:59:21.188000+00:00\",\n            "
      "\"Data\": \"" +
      base64(record) +
      "\",\n            \"PartitionKey\": \"p\"\n        }\n    ],\n    \"NextShardIterator\": "
      "\"AAA=\",\n    \"MillisBehindLatest\": 0\n}\n";
  const std::string compact =
      R"({"MillisBehindLatest":0,"NextShardIterator":"AAA=","Records":[{"ApproximateArrivalTimestamp":1566741561.188,"Data":")" +
      base64(record) + R"(","PartitionKey":"p","SequenceNumber":"49"}]})";
  const Ended it = from_pipe(pretty + pretty + compact + compact + "\n" + pretty);
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, true, record.size()), 5) << it.out;
  const std::string origin =
      "\"sequence\":\"49\",\"region\":\"\",\"shard\":\"\",\"stream\":\"\",\"key\":\"p\",\"arrival\":"
      "1566741561188,";
  EXPECT_NE(it.out.find(origin), std::string::npos) << it.out;
  const Ended summary = run_program(args({"--summary"}), pretty + compact);
  EXPECT_EQ(summary.code, 0) << summary.err;
  EXPECT_TRUE(summary.out.starts_with("2 log events from 2 source records\n")) << summary.out;
}

TEST_F(transform, transform_reads_a_subscription_event_with_line_ends_in_its_base64) {
  const std::string record = gzip(kMessage);
  const std::string text = base64(record);
  const Ended it =
      from_pipe("{\n  \"awslogs\": {\n    \"data\": \"" + text + "\"\n  }\n}\n{\"awslogs\":{\"data\":\"" +
                text.substr(0, 20) + "\\r\\n" + text.substr(20) + "\\n\"}}");
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, true, record.size()), 2) << it.out;
}

TEST_F(transform, damaged_records_in_json_have_their_position_and_affect_no_other) {
  const std::string record = gzip(kMessage);
  const std::string file = folder_.write(
      "in", "{\"Records\":[{\"Data\":\"!\"},{\"SequenceNumber\":\"7\"},\n7,{\"Data\":\"" + base64(record) +
                "\"}],\"NextShardIterator\":null}\n{\"awslogs\":{\"data\":\"H4s\"}}\n{\"awslogs\":{}}\n{"
                "\"Records\":[{\"Data\":\"" +
                base64(record) + "\"},{\"Data\":\"H4sI\n" + kMessage + "\n");
  const Ended it = run_program(args({file}));
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(printed(it, true, record.size()), 2) << it.out;
  EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 1) << it.out;
  EXPECT_EQ(it.err.substr(0, it.err.find(file + ":5")),
            file + ":1: PS0928: record 0: the member Data is not base64\n" +           //
                file + ":1: PS0928: record 1: the member Data is missing\n" +          //
                file + ":1: PS0928: record 2: the member kinesis.data is missing\n" +  //
                file + ":3: PS0928: the member awslogs.data is not base64\n" +         //
                file + ":4: PS0928: the member awslogs.data is missing\n");
  EXPECT_NE(it.err.find(file + ":5: PS0929: invalid JSON at byte "), std::string::npos) << it.err;
  EXPECT_TRUE(it.err.ends_with("penstock transform: source records: 3, log events: 3, failures: 6\n")) << it.err;
}

TEST_F(transform, line_ends_after_the_gzip_data_of_a_file_are_padding) {
  const std::string file = folder_.write("one.gz", gzip(kMessage) + "\n" + gzip(kMessage) + "\r\n");
  const Ended it = run_program(args({file}));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 2) << it.out;
}

TEST_F(transform, transform_reads_an_invocation_event_with_the_origin_of_its_records) {
  const std::string record = gzip(kMessage);
  const Ended it = from_pipe(
      R"({"Records":[{"kinesis":{"partitionKey":"p","sequenceNumber":"49","approximateArrivalTimestamp":1566741561.188,"data":")" +
      base64(record) +
      R"("},"eventID":"shardId-000000000002:49","awsRegion":"eu-west-1","eventSourceARN":"arn:aws:kinesis:x:1:stream/s"}]})");
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, true, record.size()), 1);
  EXPECT_NE(it.out.find(
                "\"sequence\":\"49\",\"region\":\"eu-west-1\",\"shard\":\"shardId-000000000002\",\"stream\":\"s\","
                "\"key\":\"p\",\"arrival\":1566741561188,"),
            std::string::npos)
      << it.out;
}

TEST_F(transform, transform_reads_mixed_formats) {
  const std::string record = gzip(kMessage);
  const std::string event = "{\"Records\":[{\"kinesis\":{\"data\":\"" + base64(record) + "\"}}]}";
  const Ended it = from_pipe(base64(record) + "\n" + kMessage + event + "\n" + base64(record));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(printed(it, true, record.size()), 3);
  EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 1);
}

TEST_F(transform, each_failure_has_its_position_and_the_rest_is_processed) {
  const std::string bad = R"({"messageType":"bad"})";
  const std::string file = folder_.write(
      "in", "nonsense\x1b[2J\n\n" + bad +
                "\n{\"Records\":[{\"kinesis\":{\"data\":\"!\"}},{\"x\":1},{\"kinesis\":{\"data\":\"" +
                base64(bad) + "\"}}]}\n{\"a\":tru}\n" + kMessage + "\n");
  const Ended it = run_program(args({file, folder_.path("gone")}));
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 1);
  EXPECT_EQ(it.err, file + ":1: PS0927: 'nonsense\\x1b[2J' is neither JSON nor a gzip record in base64\n" +     //
                        file + ":3: PS0950: bad is not a message\n" +                                           //
                        file + ":4: PS0928: record 0: the member kinesis.data is not base64\n" +                //
                        file + ":4: PS0928: record 1: the member kinesis.data is missing\n" +                   //
                        file + ":4: PS0950: record 2: bad is not a message\n" +                                 //
                        file + ":5: PS0929: invalid JSON at byte 8: Invalid value.\n" +                         //
                        folder_.path("gone") + ": PS0925: cannot open the file: No such file or directory\n" +  //
                        "penstock transform: source records: 3, log events: 3, failures: 7\n");
}

TEST_F(transform, damaged_gzip_loses_only_what_follows_the_damage) {
  const std::string whole = gzip(std::string(kMessage) + "\n");
  const Ended it = from_pipe(whole + whole.substr(0, 12));
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(printed(it, false, sizeof kMessage - 1), 1);
  EXPECT_EQ(it.err,
            "stdin: PS0925: the gzip data ends too early\n"
            "penstock transform: source records: 1, log events: 1, failures: 1\n");
}

TEST_F(transform, transform_prints_results_before_more_input_arrives) {
  Program program(args());
  std::string line;
  for (int i = 0; i < 3; ++i) {
    program.type(std::string(kMessage) + "\n");
    ASSERT_TRUE(program.out.next(line));
  }
  program.end_input();
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(transform, a_reader_that_closes_the_output_ends_transform_with_a_failure) {
  Program program(args());
  program.type(std::string(kMessage) + "\n");
  std::string line;
  ASSERT_TRUE(program.out.next(line));
  program.out.close();
  program.type(std::string(kMessage) + "\n");
  EXPECT_EQ(program.err.rest().find("penstock transform: PS0906: cannot write to standard output: Broken pipe\n"),
            0U);
  EXPECT_EQ(program.wait(), 1);
}

TEST_F(transform, empty_input_gives_empty_output) {
  const Ended it = from_pipe("");
  EXPECT_EQ(it.code, 0);
  EXPECT_EQ(it.out, "");
}

TEST_F(transform, transform_takes_filter_options_from_a_conf) {
  const std::string conf =
      folder_.write("a.conf", "[FILTER]\n  Name lambda_logs\n  Match *\n  source_key origin\n");
  const Ended it = run_program(args({"-c", conf}), kMessage);
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out.rfind("{\"origin\":", 0), 0u) << it.out;
}

TEST_F(transform, problems_with_options_are_reported_before_anything_is_read) {
  const std::string conf = folder_.write("a.conf", "[FILTER]\n  Name lambda_logs\n  sauce_key origin\n");
  const Ended it = run_program(args({"-c", conf}));
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err,
            conf + ":3: PS0850: filter 'lambda_logs' has no option 'sauce_key'; did you mean 'source_key'?\n");
}

TEST_F(transform, transform_takes_decoder_options_from_its_filter_in_the_conf) {
  const std::string conf = folder_.write("a.conf",
                                         "[INPUT]\n  Name penstock_kinesis\n  inflate_limit 1K\n[FILTER]\n  Name "
                                         "cloudwatch_logs\n  inflate_limit 2K\n");
  const Ended it = run_program(args({"-c", conf}), R"({"messageType":"bad"})");
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err.rfind("stdin:1: PS0950: bad is not a message (limit 2K)\n", 0), 0u) << it.err;
}

TEST_F(transform, transform_takes_decoder_options_from_the_input_in_the_conf) {
  const std::string conf =
      folder_.write("a.conf",
                    "[INPUT]\n  Name penstock_kinesis\n  stream s\n  Tag t\n  inflate_limit 1K\n"
                    "  source_key origin\n[OUTPUT]\n  Name null\n  inflate_limit 3K\n");
  Ended it = run_program(args({"-c", conf}), R"({"messageType":"bad"})");
  EXPECT_EQ(it.err.rfind("stdin:1: PS0950: bad is not a message (limit 1K)\n", 0), 0u) << it.err;
  it = run_program(args({"-c", conf}), kMessage);
  EXPECT_EQ(it.out.rfind("{\"origin\":", 0), 0u) << "lambda_logs likewise: " << it.out;
}

TEST_F(transform, a_summary_replaces_the_records) {
  const Ended it = run_program(args({"--summary"}), std::string(kMessage) + "\nnonsense\n" + kMessage);
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.out.rfind("2 log events from 2 source records\n"
                         "Dropped: 5 by drop, 7 by include and exclude\n"
                         "Failed to parse: 1; see standard error\n"
                         "\n"
                         "lambda.event   records  (none)\n"
                         "(application)        2       2\n",
                         0),
            0u)
      << it.out;
  EXPECT_EQ(it.err,
            "stdin:2: PS0927: 'nonsense' is neither JSON nor a gzip record in base64\n"
            "penstock transform: source records: 2, log events: 2, failures: 1\n");
}

TEST_F(transform, a_summary_of_empty_input_says_so) {
  const Ended it = run_program(args({"--summary"}), "");
  EXPECT_EQ(it.code, 0);
  EXPECT_EQ(it.out.rfind("No log events from 0 source records\n", 0), 0u) << it.out;
}

TEST_F(transform, a_summary_ignores_renamed_members_of_the_conf) {
  const std::string conf =
      folder_.write("a.conf", "[FILTER]\n  Name lambda_logs\n  Source_Key level\n  Drop start\n");
  const Ended it = run_program(args({"--summary", "-c", conf}), kMessage);
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_NE(it.out.find("  (none)\n"), std::string::npos) << it.out;
  EXPECT_NE(it.out.find("\nstart "), std::string::npos)
      << "options that leave records out still apply: " << it.out;
  const std::string wrong = folder_.write("b.conf", "[FILTER]\n  Name lambda_logs\n  sauce_key origin\n");
  EXPECT_EQ(run_program(args({"--summary", "-c", wrong})).code, 1) << "and is still checked";
}

TEST_F(transform, transform_without_input_on_a_terminal_says_so) {
  const int near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_EQ(grantpt(near), 0);
  ASSERT_EQ(unlockpt(near), 0);
  const int far = open(ptsname(near), O_RDWR | O_NOCTTY | O_CLOEXEC);
  Program program(args(), -1, far);
  close(far);
  EXPECT_EQ(program.err.rest(),
            "penstock transform: PS0905: the input is missing: name files, or pipe data to standard input; see "
            "penstock transform --help\n");
  EXPECT_EQ(program.wait(), 2);
  close(near);
}

TEST_F(transform, a_real_invocation_event_is_unwrapped) {
  const char* folder = std::getenv("PENSTOCK_TEST_DATA");
  const std::string file = std::string(folder != nullptr ? folder : PENSTOCK_TEST_DATA) + "/invocation-event.json";
  if (!std::filesystem::exists(file))
    GTEST_SKIP() << "no " << file << "; set PENSTOCK_TEST_DATA to the folder with it";
  const Ended it = run_program(args({file}));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_NE(it.out.find("\"gzip\":true"), std::string::npos);
}

}  // namespace
}  // namespace penstock::host
