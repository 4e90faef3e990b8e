// Every request that we send, for every operation, conforms to botocore's models of the services.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "core/aws/credentials/sts.h"
#include "tests/model_dynamodb/kcl2.h"
#include "tests/model_dynamodb/our_worker.h"
#include "tests/model_dynamodb/service.h"
#include "tests/sim/input_fixture.h"
#include "tests/sim/queue_fixture.h"
#include "tests/sim/writer_fixture.h"

namespace penstock::sim {
namespace {

const std::string kScript =
    std::string("/usr/bin/python3 -I -B '") + PENSTOCK_BOTOCORE_MODELS + "' '" + PENSTOCK_PYPI + "/packages'";

struct Call {
  std::string service;
  std::string operation;
  std::string kind;  // of content: "body" or "form"
  std::string content;
};

class Checker {
 public:
  static bool is_there(const std::string& operations = "") {
    return std::system((kScript + " probe " + operations + " >/dev/null 2>&1").c_str()) == 0;
  }

  // Returns what the script reports about each call, in order.
  static std::vector<std::string> check(const std::vector<Call>& calls) {
    std::string folder = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    {
      std::ofstream questions(folder + "/questions");
      for (const Call& call : calls) {
        std::string line = "{\"service\":";
        append_json_string(line, call.service);
        append_json_string(line += ",\"operation\":", call.operation);
        append_json_string(line += ",\"" + call.kind + "\":", call.content);
        questions << line << "}\n";
      }
    }
    EXPECT_EQ(std::system((kScript + " <" + folder + "/questions >" + folder + "/answers").c_str()), 0);
    std::vector<std::string> verdicts;
    std::ifstream responses(folder + "/answers");
    for (std::string line; std::getline(responses, line);) verdicts.push_back(line);
    EXPECT_EQ(verdicts.size(), calls.size());
    verdicts.resize(calls.size());
    std::filesystem::remove_all(folder);
    return verdicts;
  }
  static void expect_all_allowed(const std::vector<Call>& calls) {
    const std::vector<std::string> verdicts = check(calls);
    for (size_t i = 0; i < calls.size(); ++i)
      EXPECT_EQ(verdicts[i], "ok") << calls[i].operation << ' ' << calls[i].content.substr(0, 1000);
  }
};

// Keeps the bodies of the calls that a model of Kinesis receives.
void keep_calls(model::Service& service, std::vector<Call>& calls) {
  service.on_request([&calls](uint64_t, const model::Request& request) {
    const std::string_view target = model::header(request.headers, "x-amz-target");
    calls.push_back({"kinesis", std::string(target.substr(target.find('.') + 1)), "body", request.body});
  });
}

std::set<std::string> operations_of(const std::vector<Call>& calls) {
  std::set<std::string> operations;
  for (const Call& call : calls) operations.insert(call.operation);
  return operations;
}

class botocore_models : public input {
 protected:
  void SetUp() override {
    if (!Checker::is_there()) GTEST_SKIP() << "no botocore for /usr/bin/python3 (Debian: python3-botocore)";
  }
};

TEST_F(botocore_models, read_calls_conform_to_botocores_models) {
  std::vector<Call> calls;
  keep_calls(service, calls);
  make_stream(5);
  put_many("a", 50);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(50));
  split();
  kill(reader);
  put_many("b", 50);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(50));
  kill(reader);
  own.initial.kind = kinesis::InitialPosition::Kind::latest;
  streams = "late";
  service.create_stream("late", 2);
  reader = start();
  reader->run_for(5000);
  EXPECT_EQ(operations_of(calls),
            (std::set<std::string>{"DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"}));
  Checker::expect_all_allowed(calls);
}

TEST_F(botocore_models, queue_calls_conform_to_botocores_models) {
  if (!Checker::is_there("ReceiveQueueRecords"))
    GTEST_SKIP() << "no botocore that knows the queues of Kinesis (1.44 or later); the test "
                    "registry.botocore_and_moto_are_installed_from_pypi says why";
  std::vector<Call> calls;
  keep_calls(service, calls);
  make_stream(2);
  service.settings().receipt_handle_bytes = 1024;
  put_many("a", 60);
  QueueReader reader(clock, sim, service.create_queue("q", "in"), {}, "drop");
  EXPECT_TRUE(reader.run_until_ids(60, false));
  reader.run_for(kMinuteMs, false);
  reader.unsettled.resize(30);
  reader.settle();
  EXPECT_TRUE(reader.close().ok());
  EXPECT_EQ(operations_of(calls), (std::set<std::string>{"AcknowledgeQueueRecords", "DescribeQueue",
                                                         "ReceiveQueueRecords", "UpdateQueueRecordsVisibility"}));
  Checker::expect_all_allowed(calls);
}

TEST_F(botocore_models, write_calls_conform_to_botocores_models) {
  kinesis::Writer::Options writer_options;
  writer_options.mem_limit_bytes = 24 << 20;
  writer_options.max_record_bytes = kinesis::TargetStream::kAskTheStream;
  WriterSim writing(3, std::move(writer_options));
  std::vector<Call> calls;
  keep_calls(writing.service, calls);
  std::string wide_key;
  for (int i = 0; i < 256; ++i) wide_key += "\xf0\x9f\x98\x80";
  writing.write(
      {{"k", std::string((1 << 20) - 1, 'x')}, {wide_key, "y"}, {wide_key + "z", "y"}, {"\"\\\n\x7f", ""}});
  for (int i = 0; i < 3; ++i) writing.write(std::vector<KeyedRecord>(400, {"key", "data"}));
  writing.run_for(kMinuteMs);
  EXPECT_EQ(writing.settled(PENSTOCK_DELIVERED), 4U);
  EXPECT_EQ(operations_of(calls), (std::set<std::string>{"DescribeStreamSummary", "ListShards", "PutRecords"}));
  Checker::expect_all_allowed(calls);
}

TEST_F(botocore_models, credentials_calls_conform_to_botocores_models) {
  SimRandom random(5);
  aws::ServiceClock service_clock(clock);
  const aws::CredentialsContext context = {sim.env(), service_clock,
                                           *aws::make_endpoint("sts", "eu-west-1", "", false), 1000};
  const auto text = [&](std::string_view alphabet, uint64_t least, uint64_t most) {
    std::string out;
    for (uint64_t left = least + random.up_to(most - least); left > 0; --left)
      out += alphabet[random.up_to(alphabet.size() - 1)];
    return out;
  };
  std::vector<Call> calls;
  for (int i = 0; i < 200; ++i) {
    const aws::Role role = {"arn:aws:iam::111122223333:role/" + text("abXZ09+=,.@_-/", 1, 64),
                            i % 2 == 0 ? "" : text("abXZ09+=,.@_-", 2, 64),
                            i % 3 == 0 ? "" : text("abXZ09+=,.@:/-_", 2, 1224),
                            i % 4 == 0 ? "" : std::to_string(900 + random.up_to(42'300))};
    calls.push_back({"sts", "AssumeRole", "form", aws::assume_role_request(context, role).body});
    const std::string token = text("abXZ09-_.", 4, 20'000);
    calls.push_back({"sts", "AssumeRoleWithWebIdentity", "form",
                     aws::assume_role_with_web_identity_request(context, role, token).body});
  }
  Checker::expect_all_allowed(calls);
}

TEST_F(botocore_models, lease_table_calls_of_penstock_and_kcl_2_conform_to_botocores_models) {
  dynamodb::Service tables({}, [this] { return clock.unix_ms(); });
  std::vector<Call> calls;
  tables.on_request([&calls](uint64_t, const model::Request& request) {
    const std::string_view target = model::header(request.headers, "x-amz-target");
    calls.push_back({"dynamodb", std::string(target.substr(target.find('.') + 1)), "body", request.body});
  });
  const dynamodb::TableClient client([&](model::Request request) { return tables.handle(std::move(request)); },
                                     [this] { return clock.unix_ms(); });
  dynamodb::OurWorker us(client, "t-1", "host/\"1\"");
  const leases::LeaseTableDefinition definition = {true, {{"team", "logs"}, {"empty", ""}}};
  EXPECT_FALSE(*us.prepare(definition));
  clock.advance(60'000);
  EXPECT_TRUE(*us.prepare(definition));
  tables.settings().page_items = 2;
  leases::LeaseChange change;
  change.checkpoint = "SHARD_END";
  change.sub_sequence_number = UINT64_MAX;
  change.child_ids = {"a", "b"};
  change.stream_arn = "arn";
  change.stream_created_ms = INT64_MAX;
  change.started_ms = 1;
  for (const char* key : {"shardId-000000000000", "1:s:2:shardId-000000000000", "\xf0\x9f\x98\x80\"\n"}) {
    leases::Lease lease = dynamodb::full_lease(key);
    lease.stream_id = "1:s:2";
    EXPECT_TRUE(us.create(lease).ok());
    leases::Lease bare;
    bare.key = bare.checkpoint = std::string("bare ") + key;
    EXPECT_TRUE(us.create(bare).ok());
    for (const leases::Lease& made : {lease, bare}) {
      lease = *us.take(made, change)->row;
      lease.owner = "another";
      lease = *us.take(lease)->row;
      lease = *us.renew(lease.key, lease.counter)->row;
      lease = *us.renew(lease.key, lease.counter, change)->row;
      EXPECT_TRUE(us.renew(lease.key, 0)->row.has_value());
      EXPECT_TRUE(us.evict(lease.key).ok());
    }
    EXPECT_TRUE(us.scan().ok());
    EXPECT_TRUE(us.remove(lease.key, lease.counter + 1).ok());
  }
  dynamodb::Kcl2 kcl(client, "t-2", "kcl");
  tables.make_table("t-2");
  dynamodb::Kcl2Lease theirs;
  theirs.key = "k";
  theirs.parents = theirs.children = {"a"};
  theirs.starting_hash_key = theirs.ending_hash_key = "0";
  theirs.stream_id = theirs.shard_id = "s";
  EXPECT_TRUE(kcl.create(theirs));
  theirs.owner = "another";
  EXPECT_TRUE(kcl.take(theirs) && kcl.renew(theirs) && kcl.checkpoint(theirs, "1", 2) &&
              kcl.set_children(theirs, {"b"}) && kcl.list(1, "s") && kcl.evict(theirs) && kcl.get("k") &&
              !kcl.is_empty());
  kcl.remove("k");
  EXPECT_EQ(operations_of(calls), (std::set<std::string>{"CreateTable", "DeleteItem", "DescribeTable", "GetItem",
                                                         "PutItem", "Scan", "UpdateItem"}));
  Checker::expect_all_allowed(calls);
}

TEST_F(botocore_models, calls_that_violate_botocores_models_are_detected) {
  const std::string key(257, 'k');
  const std::string records = R"("Records":[{"Data":"eA==","PartitionKey":")";
  const std::vector<Call> calls = {
      {"kinesis", "PutRecords", "body", "{\"StreamName\":\"s\"," + records + key + "\"}]}"},
      {"kinesis", "PutRecords", "body", "{\"StreamName\":\"s\"," + records + "k\",\"Key\":\"\"}]}"},
      {"kinesis", "PutRecords", "body", "{\"StreamName\":\"s\"," + records + "k\"}],\"More\":1}"},
      {"kinesis", "PutRecords", "body", "{\"StreamName\":\"\"," + records + "k\"}]}"},
      {"kinesis", "GetRecords", "body", R"({"ShardIterator":"i","Limit":10001})"},
      {"kinesis", "GetShardIterator", "body", R"({"StreamName":"s","ShardId":"i","ShardIteratorType":"NOW"})"},
      {"dynamodb", "Scan", "body", R"({"TableName":"t-1","Page":1})"},
      {"dynamodb", "UpdateItem", "body", R"({"TableName":"t-1","Key":{"k":"v"}})"},
      {"dynamodb", "GetItem", "body", R"({"TableName":"t-1","Key":{"k":{"S":1}}})"},
      {"dynamodb", "CreateTable", "body", R"({"TableName":"t-1","KeySchema":[],"AttributeDefinitions":[]})"},
      {"sts", "AssumeRole", "form",
       "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"},
      {"sts", "AssumeRole", "form",
       "Action=AssumeRole&Version=2011-06-15&RoleSessionName=ab&RoleArn=" + std::string(2049, 'a')}};
  const std::vector<std::string> verdicts = Checker::check(calls);
  for (size_t i = 0; i < calls.size(); ++i) EXPECT_NE(verdicts[i], "ok") << calls[i].content;
}

}  // namespace
}  // namespace penstock::sim
