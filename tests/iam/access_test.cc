// What penstock check --online finds out about streams, queues, and lease tables.
#include <string>
#include <utility>

#include "base/bytes.h"
#include "tests/iam/access_fixture.h"

namespace penstock::iam {
namespace {

const std::string kTableArn = "arn:aws:dynamodb:us-east-1:111122223333:table/leases";

TEST_F(access, a_reader_with_its_policy_may_do_everything) {
  let("reader-file");
  world.kinesis.preload(kStream, "key", "data");
  read();
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_EQ(text,
            "stream logs\n"
            "  ARN                           arn:aws:kinesis:us-east-1:111122223333:stream/logs\n"
            "  status                        ACTIVE\n"
            "  mode                          PROVISIONED\n"
            "  record distribution strategy  none\n"
            "  encryption                    none\n"
            "  maximum record size           1024 KiB\n"
            "  DescribeStreamSummary  works\n"
            "  ListShards             works\n"
            "  GetShardIterator       works\n"
            "  GetRecords             works\n"
            "  inflate_limit          works: not less than the largest record of the stream\n");
  EXPECT_EQ(world.kinesis.stats().dry_runs, 2U);
}

TEST_F(access, a_writer_with_its_policy_may_do_everything) {
  let("writer");
  write();
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_TRUE(prints("  PutRecords             works\n")) << text;
  EXPECT_FALSE(prints("ListShards")) << text;
  EXPECT_EQ(world.kinesis.stats().dry_runs, 1U);
}

TEST_F(access, each_action_that_a_reader_lacks_is_printed_as_a_statement) {
  for (const char* action :
       {"kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"}) {
    let("reader-file", "ReadStream", action);
    read();
    EXPECT_EQ(status.code(), Code::config);
    EXPECT_TRUE(prints("missing in the policy of this identity:\n" + statement(action, kStreamArn))) << text;
    const std::string operation = std::string(action).substr(8);
    EXPECT_TRUE(prints("  " + operation + " ")) << text;
    EXPECT_TRUE(prints("fails: PS0288: " + operation + ": AccessDeniedException: ")) << text;
  }
}

TEST_F(access, each_action_that_a_writer_lacks_is_printed_as_a_statement) {
  for (const char* action : {"kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:PutRecords"}) {
    let("writer-kpl", "WriteStream", action);
    write({1 << 20, true, ""});
    EXPECT_EQ(status.code(), Code::config);
    EXPECT_TRUE(prints(statement(action, kStreamArn))) << text;
  }
}

TEST_F(access, several_actions_on_a_resource_are_one_statement) {
  world.let(kAccount, {});
  read();
  EXPECT_TRUE(
      prints(R"("Action":["kinesis:DescribeStreamSummary","kinesis:GetShardIterator","kinesis:ListShards"])"))
      << text;
  EXPECT_TRUE(prints("GetRecords             not checked: it needs an iterator from GetShardIterator\n")) << text;
  EXPECT_EQ(status.text().find("PS0150: checks failed"), 0U);
  EXPECT_TRUE(status.message().ends_with("(3 of 3)")) << status.text();
}

TEST_F(access, a_stream_that_does_not_exist_fails_without_a_statement) {
  let("reader-file");
  world.kinesis.delete_stream(kStream);
  read();
  EXPECT_TRUE(prints("DescribeStreamSummary  fails: PS0285: ")) << text;
  EXPECT_FALSE(prints("missing")) << text;
}

TEST_F(access, an_unreachable_service_is_given_up_and_nothing_else_is_called) {
  let("reader-file");
  world.sim.transport().cut_off_until(kNever);
  const int64_t start_ms = world.clock.monotonic_ms();
  read();
  EXPECT_TRUE(prints("DescribeStreamSummary  fails: ")) << text;
  EXPECT_TRUE(prints("gave up after 15 s without a response")) << text;
  EXPECT_TRUE(prints("other calls            not checked: the service does not answer\n")) << text;
  EXPECT_EQ(world.clock.monotonic_ms() - start_ms, kPatienceMs);
  EXPECT_EQ(status.code(), Code::config);
}

TEST_F(access, a_throttled_dry_run_is_made_again) {
  let("writer");
  world.kinesis.faults().next_calls("PutRecords", model::error_fault({400, "ThrottlingException", "slow"}), 2);
  write();
  EXPECT_TRUE(status.ok()) << text;
  EXPECT_EQ(world.kinesis.stats().calls.at("PutRecords"), 3U);
}

TEST_F(access, the_checks_of_several_sections_of_one_stream_keep_its_rate) {
  let("reader-file");
  for (int section = 0; section < 3; ++section) {
    read();
    EXPECT_TRUE(status.ok()) << text;
  }
  EXPECT_EQ(world.kinesis.stats().dry_runs, 6U);
}

TEST_F(access, the_size_of_records_is_compared_on_both_sides) {
  let("writer");
  write({1 << 20, false, ""});
  EXPECT_TRUE(prints("max_record_bytes       works: that of the stream\n")) << text;
  write({(1 << 20) + 1, false, ""});
  EXPECT_TRUE(prints("max_record_bytes       fails: ")) << text;
  write({0, false, ""});
  EXPECT_TRUE(prints("max_record_bytes       works: auto is 1024 KiB\n")) << text;
  let("reader-file");
  for (const auto& [limit, works] : {std::pair<size_t, bool>{1 << 20, true}, {(1 << 20) - 1, false}}) {
    read({{}, limit, true});
    EXPECT_EQ(status.ok(), works) << text;
  }
}

TEST_F(access, the_strategy_is_compared_with_options_that_need_keys) {
  world.kinesis.delete_stream(kStream);
  world.kinesis.create_stream(kStream, 2, model::CapacityMode::on_demand);
  let("writer");
  write({1 << 20, false, "ordering per_key"});
  EXPECT_TRUE(status.ok()) << text;
  world.kinesis.stream(kStream)->set_distribution(model::Distribution::automatic);
  write({1 << 20, false, "ordering per_key"});
  EXPECT_TRUE(prints("ordering per_key       fails: nothing is sent while the strategy is AUTO; ")) << text;
  EXPECT_TRUE(prints("  record distribution strategy  AUTO\n")) << text;
}

TEST_F(access, keys_are_listed_as_not_checked) {
  world.kinesis.stream(kStream)->kms_key = kKeyArn;
  let("reader-file");
  read();
  EXPECT_TRUE(status.ok()) << text;
  EXPECT_TRUE(prints(std::string("  encryption                    KMS key ") + kKeyArn + "\n")) << text;
  EXPECT_TRUE(
      prints(std::string("not checked, because that would change or consume something:\n  kms:Decrypt on ") +
             kKeyArn + ": dry runs do not check keys\n"))
      << text;
}

TEST_F(access, a_stream_of_another_account_needs_its_own_policy_too) {
  world.let(kOtherAccount, {read_policy("reader-file", world.queue_arn)});
  begin();
  check->identity = aws::CallerIdentity{"arn:aws:iam::444455556666:user/penstock", kOtherAccount};
  plugin::check_stream_to_read(*check, stream(kStreamArn), {{}, 16 << 20, true});
  end();
  EXPECT_TRUE(prints("  account  111122223333, another one than the identity's: ")) << text;
  EXPECT_TRUE(prints(kStreamArn)) << text;
}

// An endpoint that does not know dry runs, and makes the calls.
class access_without_dry_runs : public access {
 protected:
  access_without_dry_runs() {
    world.edit = [this](model::Request& request) {
      const std::string member = ",\"DryRun\":true";
      if (const size_t at = request.body.find(member); at != std::string::npos)
        request.body.erase(at, member.size());
      std::erase_if(request.headers, [](const auto& header) {
        return model::lower_case(header.first) == "authorization" ||
               model::lower_case(header.first) == "x-amz-date";
      });
      model::sign(request, model::AccessKey{}, kRegion, "kinesis", world.clock.unix_ms());
    };
  }
};

TEST_F(access_without_dry_runs, nothing_is_written) {
  let("writer");
  write({1 << 20, false, ""}, false);
  EXPECT_TRUE(prints("PutRecords             not checked: the endpoint is not one of AWS")) << text;
  EXPECT_EQ(world.kinesis.stats().calls.count("PutRecords"), 0U);
}

TEST_F(access_without_dry_runs, nothing_is_read) {
  let("reader-file");
  world.kinesis.preload(kStream, "key", "data");
  read();
  EXPECT_TRUE(prints("GetRecords             not checked: the endpoint would make the call\n")) << text;
  EXPECT_EQ(world.kinesis.stats().calls.count("GetRecords"), 0U);
}

class access_to_queue : public access {
 protected:
  void queue() {
    begin();
    plugin::check_queue(*check, calls.kinesis, *kinesis::parse_queue_arn(world.queue_arn));
    end();
  }
};

TEST_F(access_to_queue, a_queue_is_described_and_the_other_calls_are_listed) {
  let("reader-queue");
  queue();
  EXPECT_TRUE(status.ok()) << text;
  EXPECT_TRUE(prints("  status              ACTIVE\n")) << text;
  EXPECT_TRUE(prints("  kinesis:AcknowledgeQueueRecords on " + world.queue_arn + "\n")) << text;
  EXPECT_EQ(world.kinesis.stats().calls.size(), 1U);
}

TEST_F(access_to_queue, a_queue_that_cannot_be_described_or_used_fails) {
  let("reader-queue", "ReceiveFromQueue", "kinesis:DescribeQueue");
  queue();
  EXPECT_TRUE(prints(statement("kinesis:DescribeQueue", world.queue_arn))) << text;
  let("reader-queue");
  world.kinesis.queue(world.queue_arn)->set_active_ms(INT64_MAX);
  queue();
  EXPECT_TRUE(prints("  status         fails: expected ACTIVE\n")) << text;
}

class access_to_leases : public access {
 protected:
  void leases(bool creates = false) {
    begin();
    plugin::check_lease_table(*check, table, kRegion, creates);
    end();
  }
  leases::LeaseTable table{
      [this](std::string_view operation, std::string body, size_t most, aws::ServiceClient::Done done) {
        calls.dynamodb.call(operation, std::move(body), most, std::move(done));
      },
      kTable, kRegion};
};

TEST_F(access_to_leases, a_table_is_read_and_not_written) {
  world.dynamodb.make_table(kTable);
  let("reader-leases");
  leases();
  EXPECT_TRUE(status.ok()) << text;
  EXPECT_EQ(text.find("lease table leases\n  ARN  " + kTableArn +
                      "\n  DescribeTable  works\n  Scan           works\n  GetItem        works\n"),
            0U)
      << text;
  EXPECT_TRUE(prints("  dynamodb:PutItem, dynamodb:UpdateItem, and dynamodb:DeleteItem on " + kTableArn + "\n"));
}

TEST_F(access_to_leases, each_action_that_can_be_checked_is_printed_if_it_is_missing) {
  world.dynamodb.make_table(kTable);
  for (const char* action : {"dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:GetItem"}) {
    let("reader-leases", "UseLeaseTable", action);
    leases();
    EXPECT_TRUE(prints(statement(action, kTableArn))) << text;
  }
}

TEST_F(access_to_leases, a_table_whose_leases_the_leader_of_kcl_3_assigns_fails) {
  world.dynamodb.make_table(kTable);
  let("reader-leases");
  const auto set_version = [this](const std::string& version) {
    world.dynamodb.put_row(kTable, {{"leaseKey", dynamodb::text_attribute("Migration3.0")},
                                    {"entityType", dynamodb::text_attribute("CLIENT_VERSION_MIGRATION")},
                                    {"cv", dynamodb::text_attribute(version)}});
  };
  set_version("CLIENT_VERSION_2X");
  leases();
  EXPECT_TRUE(status.ok()) << text;
  set_version("CLIENT_VERSION_3X");
  leases();
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(prints("fails: PS0504: row Migration3.0 ")) << text;
}

TEST_F(access_to_leases, a_missing_table_fails_unless_the_input_creates_it) {
  let("reader-leases");
  leases(false);
  EXPECT_TRUE(prints("DescribeTable  fails: PS0509: ")) << text;
  leases(true);
  EXPECT_TRUE(status.ok()) << text;
  EXPECT_TRUE(prints("DescribeTable  works: the table does not exist yet; create_table is on\n")) << text;
  EXPECT_EQ(world.dynamodb.table(kTable), nullptr);
}

}  // namespace
}  // namespace penstock::iam
