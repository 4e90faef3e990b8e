// The host before it starts: whether the output writes what the input reads, where only the service knows.
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/child_process.h"
#include "tests/model_kinesis/faults.h"

namespace penstock::e2e {
namespace {

class e2e_stream_loop : public testing::Test {
 protected:
  // Runs until it has ended, with the output's stream as given; the input reads "in" by its name. Returns the
  // code.
  int run(const std::string& stream) {
    OptionList options = deployment_.output_options();
    std::string section = "[OUTPUT]\n    Name penstock_kinesis\n    Match logs\n";
    for (const auto& [key, value] : options)
      section += "    " + key + " " +
                 (key == "stream"       ? stream
                  : key == "on_failure" ? value + ".2"
                                        : value) +
                 "\n";
    const std::string conf = write_conf(deployment_, "agent.conf", {}, section);
    HostProcess host({"run", "-c", conf, "--exit-when-idle", "1"}, output_);
    return host.wait(60);
  }
  static std::string arn(const std::string& account, const std::string& name) {
    return "arn:aws:kinesis:us-east-1:" + account + ":stream/" + name;
  }
  bool said(const std::string& text) const { return read_file(output_).find(text) != std::string::npos; }
  void describe_fails(const model::Fault& fault) {
    deployment_.server.with(
        [&](model::Service& service) { service.faults().next_calls("DescribeStreamSummary", fault, 10); });
  }

  Deployment deployment_{1, 1};
  const std::string output_ = deployment_.folder.path("host.log");
};

TEST_F(e2e_stream_loop, a_name_and_the_arn_of_one_stream_are_refused_when_the_host_starts) {
  EXPECT_EQ(run(arn("000000000000", "in")), 1);
  EXPECT_TRUE(said("every record would be read and written again without end")) << read_file(output_);
  EXPECT_TRUE(said("in (account 000000000000, region us-east-1) at http://127.0.0.1:")) << read_file(output_);
}

TEST_F(e2e_stream_loop, another_name_needs_no_question) {
  describe_fails(model::error_fault({400, "AccessDeniedException", "no"}));
  EXPECT_EQ(run(arn("000000000000", "out")), 0) << read_file(output_);
  EXPECT_FALSE(said("not known whether records would be written back")) << read_file(output_);
}

TEST_F(e2e_stream_loop, where_the_service_may_not_say_it_is_warned_of) {
  describe_fails(model::error_fault({400, "AccessDeniedException", "no"}));
  // The account of the ARN is another, so that nothing comes back in this test.
  run(arn("999999999999", "in"));
  EXPECT_TRUE(said("warning: it is not known whether records would be written back")) << read_file(output_);
}

TEST_F(e2e_stream_loop, where_the_service_cannot_be_reached_the_host_does_not_start) {
  describe_fails(model::bad_gateway());
  EXPECT_EQ(run(arn("999999999999", "in")), 1);
  EXPECT_TRUE(said("it is not known whether records would be written back")) << read_file(output_);
  EXPECT_TRUE(said("give the ARN of each stream")) << read_file(output_);
}

}  // namespace
}  // namespace penstock::e2e
