// Fails each allocation in turn in everything that needs no network: options, creating and destroying instances,
// the filters, receipts, commands.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/abi/allocation/scenario.h"
#include "tests/gzip.h"

namespace penstock::abi {
namespace {

using memory::Unwatched;

void log_nowhere(void*, int32_t, penstock_bytes) {}

penstock_host a_host() {
  penstock_host host = {};
  host.struct_size = sizeof host;
  host.log = log_nowhere;
  return host;
}

void make_and_end(Calls& calls, const penstock_stage* stage, const Options& options) {
  const penstock_host host = a_host();
  const std::vector<penstock_option> list = c_options(options);
  penstock_instance* self = nullptr;
  const auto create = [&](penstock_error* error) {
    const int32_t code = stage->create(&host, list.data(), list.size(), sizeof(penstock_option), &self, error);
    const Unwatched own;
    EXPECT_EQ(self == nullptr, code < 0);
    return code;
  };
  if (!calls.well_at_last("create", create)) {
    ADD_FAILURE() << "cannot be created any more";
    return;
  }
  read_stats(calls, stage, self);
  calls.maybe("close", [&](penstock_error* error) { return stage->close(self, 0, error); });
  Calls::watched([&] { stage->destroy(self); });
}

Options full_options(const penstock_stage* stage, const std::string& folder) {
  Options options = working_options(stage);
  for (auto& [key, value] : options) {
    if (key == "checkpoint") value = "file:" + folder + "/checkpoint";
    if (key == "on_failure") value = "file:" + folder + "/failures";
  }
  if (stage == kinesis_input()) options.emplace_back("initial_position", "at_timestamp:2024-05-06T07:08:09Z");
  if (stage == kinesis_output()) {
    options.emplace_back("aggregate", "kpl");
    options.emplace_back("partition_key", "field:lambda.requestId");
  }
  if (stage == lambda_logs()) {
    options.emplace_back("include", "/aws/lambda/*, other");
    options.emplace_back("drop", "start,end");
    options.emplace_back("function_fields", "on");
  }
  return options;
}

TEST(allocation_failure, an_allocation_failure_in_check_gives_an_error_code) {
  for (const penstock_stage* stage : all_stages()) {
    Options options = working_options(stage);
    options.emplace_back("a_key_that_nobody_knows_and_that_is_longer_than_a_short_text", "x");
    const std::vector<penstock_option> list = c_options(options);
    for (const size_t stride : {sizeof(penstock_option), size_t{1}}) {
      sweep((std::string("check of ") + stage->id + (stride == 1 ? ", with a wrong stride" : "")).c_str(),
            [&](Calls&) {
              const int32_t code = Calls::watched([&] {
                return stage->check(
                    list.data(), list.size(), stride, [](void*, size_t, const penstock_error*) {}, nullptr);
              });
              const int32_t right = stride == 1 ? PENSTOCK_E_INVALID : PENSTOCK_E_OPTIONS;
              EXPECT_TRUE(code == right || (memory::failed() && code == PENSTOCK_E_MEMORY)) << code;
            });
    }
  }
}

TEST(allocation_failure, an_allocation_failure_in_create_leaves_no_instance_and_a_retry_succeeds) {
  const Folder folder;
  for (const penstock_stage* stage : all_stages()) {
    const std::string kind = stage->kind == PENSTOCK_INPUT    ? "input "
                             : stage->kind == PENSTOCK_FILTER ? "filter "
                                                              : "output ";
    sweep(("create, stats, close of the " + kind + stage->id).c_str(),
          [&](Calls& calls) { make_and_end(calls, stage, full_options(stage, folder.path)); });
  }
}

const std::vector<std::string>& lines() {
  static const std::vector<std::string> all = {
      "START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Version: $LATEST\n",
      "END RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\n",
      "REPORT RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tDuration: 10.00 ms\tBilled Duration: 11 ms\tMemory "
      "Size: 128 MB\tMax Memory Used: 64 MB\tInit Duration: 150.00 ms\t\nXRAY TraceId: 1-5-6\tSegmentId: "
      "7\tSampled: "
      "true\t\n",
      "INIT_START Runtime Version: python:3.12.v1\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:abc\n",
      "2019-08-25T13:59:15.269Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tINFO\t{\"message\":\"slow\",\"ms\":1250}\n",
      "[ERROR]\t2019-08-25T13:59:15.269Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\torder refused\n",
      "2019-08-25T13:59:15.269Z 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Task timed out after 3.00 seconds\n\n",
      "RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Error: Runtime exited with error: exit status 1\n",
      "{\"time\":\"2019-08-25T13:59:15.269Z\",\"type\":\"platform.report\",\"record\":{\"requestId\":\"8f5fbb4b\","
      "\"metrics\":{\"durationMs\":10.5,\"billedDurationMs\":11,\"memorySizeMB\":128,\"maxMemoryUsedMB\":64},"
      "\"status\":\"success\"}}",
      "{\"level\":\"WARN\",\"message\":\"slow answer\",\"nested\":{\"a\":[1,2,{\"b\":null}]},\"source\":\"mine\"}",
      "{\"deep\":" + std::string(300, '[') + std::string(300, ']') + "}",
      "{\"broken\": ",
      "2019-08-25T13:59:15.269Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tERROR\tUncaught Exception "
      "\t{\"errorType\":\"Error\",\"errorMessage\":\"no\",\"stack\":[\"Error: no\",\"  at x\"]}\n",
      "a line that no runtime wrote, with \xff\xfe bytes and \"quotes\"\n",
      "",
      std::string(70'000, 'x'),
  };
  return all;
}

// The lines of a text as log events.
struct ManyLines {
  ManyLines() {
    for (const std::string& line : lines()) {
      penstock_record record = {};
      record.time_ms = 1'700'000'000'000;
      record.id = bytes("36312113113654648");
      record.body = bytes(line);
      record.extracted_fields = bytes("{\"status\":\"200\"}");
      records.push_back(record);
    }
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof(penstock_record);
    batch.ack_id = 42;
    batch.records = records.data();
    batch.record_count = records.size();
    batch.log_group = bytes("/aws/lambda/orders");
    batch.log_stream = bytes("2019/08/25/[$LATEST]5bd1d0c4a0015bd1d0c4a001");
    batch.owner = bytes("123456789012");
  }
  std::vector<penstock_record> records;
  penstock_batch batch = {};
};

int32_t keep(void* ctx, const penstock_batch* batch) {
  const Unwatched own;
  return Emitted::emit(ctx, batch);
}

// Applies the filter until it succeeds. Events emitted before memory ran out may be emitted again, but none is
// missing: the last call emits all of them.
void apply_until_well(Calls& calls, const penstock_stage* stage, const Options& options,
                      const penstock_batch& batch, std::vector<std::string>& usual, int32_t right) {
  const std::vector<penstock_option> list = c_options(options);
  penstock_instance* self = nullptr;
  ASSERT_TRUE(calls.well_at_last("create", [&](penstock_error* error) {
    return stage->create(nullptr, list.data(), list.size(), sizeof(penstock_option), &self, error);
  }));
  Emitted emitted;
  int tries = 0;
  for (bool done = false; !done && tries < 2; ++tries) {
    emitted = {};
    calls.maybe("apply", [&](penstock_error* error) {
      const int32_t code = stage->filter->apply(self, &batch, keep, &emitted, error);
      done = code == right;
      return done ? PENSTOCK_OK : code;
    });
  }
  EXPECT_TRUE(usual.empty() || emitted.bodies == usual);
  usual = emitted.bodies;
  Calls::watched([&] { stage->destroy(self); });
}

TEST(allocation_failure, an_allocation_failure_in_lambda_logs_is_reported_and_a_retry_gives_the_same_records) {
  for (const char* const schema : {"default", "legacy", "otel", "ecs"}) {
    const ManyLines all;
    std::vector<std::string> usual;
    sweep((std::string("lambda_logs of every kind of line, schema ") + schema).c_str(), [&](Calls& calls) {
      apply_until_well(
          calls, lambda_logs(),
          {{"schema", schema}, {"function_fields", "on"}, {"normalize_level", "on"}, {"include", "/aws/*"}},
          all.batch, usual, PENSTOCK_OK);
    });
    EXPECT_EQ(usual.size(), all.records.size());
  }
}

std::string message(const std::string& id, const std::string& text) {
  return R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],)"
         R"("logEvents":[{"id":")" +
         id + R"(","timestamp":1566741555269,"message":")" + text +
         R"(","extractedFields":{"a":"1","@aws.account":"2"}},{"id":"x","timestamp":5,"message":"\ud83d\ude00 \ud83d"}]})";
}

TEST(allocation_failure, an_allocation_failure_in_cloudwatch_logs_is_reported_and_a_retry_gives_the_same_events) {
  const std::vector<std::string> bodies = {
      gzip(message("1", "one") + message("2", "two")),
      message("3", "three"),
      gzip(message("4", std::string(100'000, 'x'))),
      gzip(message("5", "cut")).substr(0, 80),
      R"({ "messageType" : "CONTROL_MESSAGE", "logEvents" : [ ] } )",
      R"({"messageType":"SOMETHING_ELSE_THAT_IS_LONG"})",
      "no JSON at all",
  };
  std::vector<penstock_record> records(bodies.size());
  for (size_t i = 0; i < bodies.size(); ++i) records[i].body = bytes(bodies[i]);
  OneLine line;
  line.batch.records = records.data();
  line.batch.record_count = records.size();
  std::vector<std::string> usual;
  sweep("cloudwatch_logs of whole, cut and strange messages", [&](Calls& calls) {
    apply_until_well(calls, stage(PENSTOCK_FILTER, "cloudwatch_logs"), {{"extracted_fields", "on"}}, line.batch,
                     usual, PENSTOCK_E_DATA);
  });
  EXPECT_EQ(usual.size(), 8u);
}

TEST(allocation_failure, an_allocation_failure_loses_no_receipt) {
  const penstock_receipts* receipts = module()->receipts;
  sweep("receipts", [&](Calls& calls) {
    penstock_ledger* ledger = nullptr;
    ASSERT_TRUE(calls.well_at_last("open", [&](penstock_error* error) { return receipts->open(&ledger, error); }));
    std::array<char, 3 * size_t{PENSTOCK_RECEIPT_BYTES}> issued;
    ASSERT_TRUE(calls.well_at_last(
        "issue", [&](penstock_error* error) { return receipts->issue(ledger, 7, 3, issued.data(), error); }));
    const auto twice = [](auto call) {
      int32_t code = Calls::watched(call);
      if (code < 0) code = Calls::watched(call);
      EXPECT_EQ(code, PENSTOCK_OK);
    };
    for (size_t i = 0; i < 3; ++i)
      twice([&] {
        return receipts->redeem({issued.data() + i * PENSTOCK_RECEIPT_BYTES, PENSTOCK_RECEIPT_BYTES},
                                PENSTOCK_DELIVERED);
      });
    int settled = 0;
    twice([&] {
      return receipts->settled(
          ledger, [](void* ctx, uint64_t, int32_t) { ++*static_cast<int*>(ctx); }, &settled);
    });
    EXPECT_EQ(settled, 1);
    Calls::watched([&] { receipts->close(ledger); });
  });
}

TEST(allocation_failure, an_allocation_failure_in_a_command_is_reported_and_moves_a_checkpoint_completely_or_not) {
  const Folder folder;
  const std::string path = folder.path + "/checkpoint";
  const std::string kept =
      R"({"penstock_checkpoint":2,"streams":[{"name":"mill","arn":"arn:aws:kinesis:eu-west-1:1:stream/mill",)"
      R"("created_ms":1,"begin":{"checkpoint":"TRIM_HORIZON"},"shards":{"shardId-000000000000":)"
      R"({"checkpoint":"49","sub_sequence_number":2}}}]})";
  Options options = working_options(kinesis_input());
  for (auto& [key, value] : options)
    if (key == "checkpoint") value = "file:" + path;
  sweep("command sizing", [&](Calls& calls) {
    run_command(calls, a_host(), kinesis_output(), "sizing", working_options(kinesis_output()),
                {{"events_per_second", "100"}});
  });
  sweep("command seek", [&](Calls& calls) {
    std::ofstream(path) << kept;
    run_command(calls, a_host(), kinesis_input(), "seek", options,
                {{"all", "on"}, {"to", "2024-05-06T07:08:09Z"}, {"yes", "on"}});
  });
}

}  // namespace
}  // namespace penstock::abi
