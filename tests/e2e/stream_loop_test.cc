// Before it starts, the host checks whether the output writes to the stream that the input reads, in cases that
// only the service can decide.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/e2e/child_process.h"
#include "tests/model_kinesis/faults.h"

namespace penstock::e2e {
namespace {

class e2e_stream_loop : public testing::Test {
 protected:
  // Runs the host until it ends, with this output stream. The input reads "in", or `read` if given. Returns the
  // exit code.
  int run(const std::string& stream, const std::string& read = "in") {
    OptionList options = deployment_.output_options();
    std::string section = "[OUTPUT]\n    Name penstock_kinesis\n    Match logs\n";
    for (const auto& [key, value] : options)
      section += "    " + key + " " +
                 (key == "stream"       ? stream
                  : key == "on_failure" ? value + ".2"
                                        : value) +
                 "\n";
    const std::string conf = write_conf(deployment_, "agent.conf", {}, section);
    std::string text = read_file(conf);
    const std::string by_name = "stream in\n";
    text.replace(text.find(by_name), by_name.size(), "stream " + read + "\n");
    std::ofstream(conf) << text;
    HostProcess host({"run", "-c", conf, "--exit-when-idle", "1"}, output_);
    return host.wait(60);
  }
  static std::string arn(const std::string& account, const std::string& name) {
    return "arn:aws:kinesis:us-east-1:" + account + ":stream/" + name;
  }
  bool said(const std::string& text) const { return read_file(output_).find(text) != std::string::npos; }
  // Checks a Fluent Bit conf with these lines in the input and in the output.
  int check_agent(const std::string& input, const std::string& output) {
    const std::string conf = deployment_.folder.path("fluent-bit.conf");
    std::filesystem::remove(output_);  // the output of an earlier check
    std::ofstream(conf)
        << "[INPUT]\n    Name penstock_kinesis\n    Tag t\n    region us-east-1\n    threaded off\n"
        << "    checkpoint memory\n    on_failure drop\n    drop start,end\n    " << input << "\n"
        << "[OUTPUT]\n    Name penstock_kinesis\n    region us-east-1\n    on_failure drop\n"
        << "    stream a\n    " << output << "\n";
    HostProcess host(
        {"check", "--agent", "fluent-bit", "-c", conf, "-e", PENSTOCK_IN_KINESIS, "-e", PENSTOCK_OUT_KINESIS},
        output_);
    return host.wait(60);
  }
  void describe_fails(const model::Fault& fault) {
    deployment_.server.with(
        [&](model::Service& service) { service.faults().next_calls("DescribeStreamSummary", fault, 10); });
  }

  Deployment deployment_{1, 1};
  const std::string output_ = deployment_.folder.path("host.log");
};

TEST_F(e2e_stream_loop, a_stream_loop_by_name_and_arn_is_rejected_when_the_host_starts) {
  EXPECT_EQ(run(arn("000000000000", "in")), 1);
  EXPECT_TRUE(said("PS0854: each record would be read and written again endlessly")) << read_file(output_);
  EXPECT_TRUE(said("in (account 000000000000, region us-east-1) at http://127.0.0.1:")) << read_file(output_);
}

TEST_F(e2e_stream_loop, a_missing_stream_does_not_hide_another_loop) {
  EXPECT_EQ(run(arn("000000000000", "in"), "missing,in"), 1);
  EXPECT_TRUE(said("PS0854: each record would be read and written again endlessly")) << read_file(output_);
}

TEST_F(e2e_stream_loop, a_different_stream_name_needs_no_call) {
  describe_fails(model::error_fault({400, "AccessDeniedException", "no"}));
  EXPECT_EQ(run(arn("000000000000", "out")), 0) << read_file(output_);
  EXPECT_FALSE(said("PS0856")) << read_file(output_);
}

TEST_F(e2e_stream_loop, a_stream_loop_that_must_not_be_checked_causes_a_warning) {
  describe_fails(model::error_fault({400, "AccessDeniedException", "no"}));
  // The account in the ARN is a different one, so that nothing loops in this test.
  run(arn("999999999999", "in"));
  EXPECT_TRUE(said("warning: PS0856: cannot check whether records would return to the stream"))
      << read_file(output_);
}

TEST_F(e2e_stream_loop, a_failing_service_is_called_again_for_the_loop_check) {
  describe_fails(model::bad_gateway());
  EXPECT_EQ(run(arn("000000000000", "in")), 1);
  EXPECT_TRUE(said("PS0854: each record would be read and written again endlessly")) << read_file(output_);
}

TEST_F(e2e_stream_loop, the_host_does_not_start_if_the_service_does_not_answer_the_loop_check) {
  describe_fails(model::error_fault({400, "UnrecognizedClientException", "no"}));
  EXPECT_EQ(run(arn("999999999999", "in")), 1);
  EXPECT_TRUE(said(": PS0856: cannot check whether records would return to the stream")) << read_file(output_);
  EXPECT_FALSE(said("warning: PS0856")) << read_file(output_);
  EXPECT_TRUE(said("set stream_arn in each section")) << read_file(output_);
}

TEST_F(e2e_stream_loop, a_stream_loop_in_a_fluent_bit_conf_is_found) {
  const auto check = [&](const std::string& input, const std::string& output) {
    const int code = check_agent(input, output);
    EXPECT_EQ(code == 1, said("PS0854: each record would be read and written again endlessly"))
        << read_file(output_);
    return code == 1;
  };
  EXPECT_TRUE(check("stream a", "Match *"));
  EXPECT_TRUE(check("stream b,a", "Match_Regex ^t"));
  EXPECT_TRUE(check("stream a\n    tag_format x.$log_group", "Match *"));
  EXPECT_FALSE(check("stream a\n    tag_format x.$log_group", "Match y.*"));
  EXPECT_FALSE(check("stream a", "Match u"));
  EXPECT_FALSE(check("stream b", "Match *"));
  EXPECT_FALSE(check("stream " + arn("000000000000", "a"), "Match *"));
  EXPECT_TRUE(said("warning: PS0855: records may return to the stream from which they were read"))
      << read_file(output_);
}

using e2e_agent_check = e2e_stream_loop;

TEST_F(e2e_agent_check, check_finds_what_the_fluent_bit_files_would_reject) {
  EXPECT_EQ(check_agent("stream b", "Match *"), 0) << read_file(output_);
  EXPECT_EQ(check_agent("stream b\n    chunk_bytes 2M", "Match *"), 1);
  EXPECT_TRUE(said("PS0953: invalid chunk_bytes '2M': expected at most 1M")) << read_file(output_);
  EXPECT_EQ(check_agent("stream b\n    tag_format $group", "Match *"), 1);
  EXPECT_TRUE(said("PS0953: invalid tag_format '$group': unknown variable $group")) << read_file(output_);
  EXPECT_EQ(check_agent("stream b\n    chunk_bytes 0\n    tag_format $group", "Match *"), 1);
  EXPECT_TRUE(said("PS0953: invalid chunk_bytes '0'")) << read_file(output_);
  EXPECT_TRUE(said("PS0953: invalid tag_format '$group': unknown variable $group"))
      << read_file(output_) << ": one does not hide the other";
  EXPECT_EQ(check_agent("stream b", "Match *\n    time_key t\n    log_key l"), 1) << read_file(output_);
}

}  // namespace
}  // namespace penstock::e2e
