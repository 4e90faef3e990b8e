// penstock queue, against the model over HTTP.
#include "plugin/commands/queue_commands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "plugin/commands/input_commands.h"
#include "plugin/commands/stream_identity.h"
#include "plugin/settings/input_settings.h"
#include "tests/model_kinesis/server.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::plugin {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

class queue_commands : public testing::Test {
 protected:
  void SetUp() override {
    const model::AccessKey key;
    setenv("AWS_ACCESS_KEY_ID", key.id.c_str(), 1);
    setenv("AWS_SECRET_ACCESS_KEY", key.secret.c_str(), 1);
    ASSERT_EQ(server.start(), "");
    server.with([&](model::Service& service) {
      service.create_stream("in", 1);
      arn = service.create_queue("q", "in", {.visibility_timeout_s = 30, .max_receive_count = 1});
    });
  }
  static Options options_of(Options::Table table, const Given& given) {
    std::vector<penstock_option> list;
    for (const auto& [key, value] : given) list.push_back({bytes(key), bytes(value)});
    return Options(table, list.data(), list.size(), sizeof(penstock_option));
  }
  Status run(const Command& command, const Given& arguments = {}) {
    lines.clear();
    const auto print = [](void* ctx, penstock_bytes line) {
      static_cast<queue_commands*>(ctx)->lines.emplace_back(view(line));
    };
    const Given options = {{"queue_arn", arn}, {"endpoint", server.url()}, {"on_failure", "drop"}};
    return command.run({}, options_of(kInputOptions, options), options_of(command.arguments, arguments),
                       Printer(print, this));
  }
  // Puts records, and lets each be received once, which makes it a dead letter.
  void make_dead_letters(size_t count) {
    server.with([&](model::Service& service) {
      for (size_t i = 0; i < count; ++i) service.preload("in", "key-" + std::to_string(i), "data");
      model::Queue& queue = *service.queue(arn);
      EXPECT_EQ(queue.receive(*service.stream("in"), model::Queue::Path::normal, count, 0, 1).size(), count);
    });
  }
  // The first call is for ten dead letters.
  void fail_second_call(const std::string& operation) {
    server.with([&](model::Service& service) {
      service.faults().next_calls(operation, {});
      service.faults().next_calls(operation, model::reject_records(1));
    });
  }
  model::QueueCounts counts() {
    model::QueueCounts out;
    server.with([&](model::Service& service) { out = service.queue_counts(arn); });
    return out;
  }
  // Returns how many dead letters can be received now.
  size_t visible_dead_letters() {
    size_t out = 0;
    server.with([&](model::Service& service) {
      model::Queue copy = *service.queue(arn);
      out = copy.receive(*service.stream("in"), model::Queue::Path::dead_letter, 1000, 0, model::unix_now_ms())
                .size();
    });
    return out;
  }

  static constexpr std::string_view kOneOfElevenStays =
      "1 of 11 dead letters stay invisible for up to 5 minutes; run the command again after that: ";
  model::Server server{model::Settings{}, {}};
  std::string arn;
  std::vector<std::string> lines;
};

TEST_F(queue_commands, queue_prints_the_state_and_that_there_are_no_dead_letters) {
  const Status done = run(kQueueCommand);
  ASSERT_TRUE(done.ok()) << done.text();
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "queue q (" + arn + ")", "  status              ACTIVE",
                       "  stream              arn:aws:kinesis:us-east-1:000000000000:stream/in",
                       "  visibility timeout  30 s", "  MaxReceiveCount     1", "visible dead letters: 0"}));
}

TEST_F(queue_commands, queue_prints_every_dead_letter_and_leaves_them_visible) {
  make_dead_letters(25);
  ASSERT_TRUE(run(kQueueCommand).ok());
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.find("  key-") != std::string::npos; }),
            25);
  EXPECT_EQ(lines[5], "visible dead letters: 25");
  EXPECT_EQ(visible_dead_letters(), 25U);
  EXPECT_EQ(counts().visible, 0U);
}

TEST_F(queue_commands, queue_restores_dead_letters_only_with_yes) {
  make_dead_letters(11);
  ASSERT_TRUE(run(kQueueCommand, {{"restore", "on"}}).ok());
  EXPECT_EQ(lines.back(), "Nothing was changed. To restore them, add --yes");
  EXPECT_EQ(visible_dead_letters(), 11U);
  EXPECT_EQ(run(kQueueCommand, {{"yes", "on"}}).code(), Code::config);
  EXPECT_EQ(visible_dead_letters(), 11U);
  ASSERT_TRUE(run(kQueueCommand, {{"restore", "on"}, {"yes", "on"}}).ok());
  EXPECT_EQ(lines.back(), "restored: 11 of 11");
  EXPECT_EQ(counts().dead_letters, 0U);
  EXPECT_EQ(counts().visible, 11U);
}

TEST_F(queue_commands, queue_reports_dead_letters_that_it_could_not_make_visible) {
  make_dead_letters(11);
  fail_second_call("UpdateDeadLetterQueueRecordsVisibility");
  EXPECT_TRUE(run(kQueueCommand).message().starts_with(kOneOfElevenStays));
  EXPECT_EQ(visible_dead_letters(), 10U);
}

TEST_F(queue_commands, queue_prints_how_many_dead_letters_it_restored_before_a_failure) {
  make_dead_letters(11);
  fail_second_call("RestoreDeadLetterQueueRecords");
  EXPECT_TRUE(run(kQueueCommand, {{"restore", "on"}, {"yes", "on"}}).message().starts_with(kOneOfElevenStays));
  EXPECT_EQ(lines.back(), "restored: 10 of 11");
  EXPECT_EQ(counts().visible, 10U);
}

TEST_F(queue_commands, queue_reports_a_queue_that_does_not_exist) {
  server.with([&](model::Service& service) { service.delete_queue(arn); });
  EXPECT_EQ(run(kQueueCommand).code(), Code::not_found);
}

TEST_F(queue_commands, seek_and_leases_say_that_they_do_not_apply_to_a_queue) {
  for (const Status& rejected : {run(kSeekCommand, {{"all", "on"}, {"to", "latest"}}), run(kLeasesCommand)}) {
    EXPECT_EQ(rejected.code(), Code::config);
    EXPECT_NE(rejected.message().find("does not apply to queue_arn"), std::string::npos) << rejected.message();
  }
}

TEST_F(queue_commands, the_stream_of_a_queue_is_looked_up_with_resolve) {
  ASSERT_TRUE(run(kStreamsCommand).ok());
  EXPECT_EQ(lines, (std::vector<std::string>{"* (account 000000000000, region us-east-1) at " + server.url()}));
  ASSERT_TRUE(run(kStreamsCommand, {{"resolve", "on"}}).ok());
  EXPECT_EQ(lines, (std::vector<std::string>{"in (account 000000000000, region us-east-1) at " + server.url()}));
}

}  // namespace
}  // namespace penstock::plugin
