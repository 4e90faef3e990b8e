// penstock leases and seek on a table, against the models over HTTP.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "plugin/commands/input_commands.h"
#include "plugin/settings/input_settings.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/server.h"
#include "tests/model_kinesis/unix_now.h"
#include "tests/unit/core/posix/temp_folder.h"

namespace penstock::plugin {
using Given = std::vector<std::pair<std::string, std::string>>;
using Lines = std::vector<std::string>;

inline constexpr int64_t kHourMs = 3'600'000;
inline const std::string kFirst = "shardId-000000000000", kSecond = "shardId-000000000001";

// Returns the line without the spaces that align its columns.
inline std::string squeezed(std::string line) {
  for (size_t at = 0; (at = line.find("   ", at)) != std::string::npos;) line.erase(at, 1);
  return line;
}

class LeaseCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    const model::AccessKey key;
    setenv("AWS_ACCESS_KEY_ID", key.id.c_str(), 1);
    setenv("AWS_SECRET_ACCESS_KEY", key.secret.c_str(), 1);
    ASSERT_EQ(kinesis.start(), "");
    ASSERT_EQ(table_server.start(), "");
    tables.make_table("app");
    make_stream("in", 2);
  }

  static Options options_of(Options::Table table, const Given& given) {
    std::vector<penstock_option> list;
    for (const auto& [key, value] : given) list.push_back({bytes(key), bytes(value)});
    return Options(table, list.data(), list.size(), sizeof(penstock_option));
  }
  Given table_options(const std::string& stream = "in") const {
    return {{"stream", stream},
            {"region", "us-east-1"},
            {"checkpoint", "dynamodb:app"},
            {"dynamodb_endpoint", table_server.url()},
            {"endpoint", kinesis.url()},
            {"on_failure", "drop"}};
  }
  Status run(const Command& command, const Given& options, const Given& arguments = {}) {
    lines.clear();
    const auto print = [](void* ctx, penstock_bytes line) {
      static_cast<LeaseCommandsTest*>(ctx)->lines.push_back(squeezed(std::string(view(line))));
    };
    penstock_host host = {};
    host.ctx = this;
    host.wall_ms = [](void*) { return model::unix_now_ms(); };
    host.monotonic_ms = [](void* ctx) { return static_cast<LeaseCommandsTest*>(ctx)->leaping_ms += 1; };
    host.random = [](void*) { return uint64_t{0}; };  // no backoff
    return command.run(host, options_of(kInputOptions, options), options_of(command.arguments, arguments),
                       Printer(print, this));
  }
  Lines leases(const Given& options) {
    const Status status = run(kLeasesCommand, options);
    EXPECT_TRUE(status.ok()) << status.message();
    return lines;
  }
  // For a stream that does not answer: its line is also the error.
  void leases_without_response(const Given& options) {
    const Status status = run(kLeasesCommand, options);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.text(), lines.back());
  }

  void make_stream(const std::string& name, uint32_t shards) {
    kinesis.with([&](model::Service& service) { service.create_stream(name, shards); });
  }
  // In the form that it has in the lease keys of several streams: in seconds.
  std::string epoch_of(const std::string& stream) {
    std::string epoch;
    kinesis.with(
        [&](model::Service& service) { epoch = std::to_string(service.stream(stream)->created_ms() / 1000); });
    return epoch;
  }
  // Puts a record of that age and returns its sequence number.
  std::string put(const std::string& stream, size_t shard, int64_t age_ms) {
    std::string number;
    kinesis.with([&](model::Service& service) {
      model::Stream& in = *service.stream(stream);
      in.append(in.shards()[shard], "key", "data", model::unix_now_ms());
      in.shards()[shard].records.back().arrival_ms = model::unix_now_ms() - age_ms;
      number = in.shards()[shard].records.back().sequence_number.text();
    });
    return number;
  }

  dynamodb::Item row(const std::string& key, const std::string& checkpoint, const std::string& owner = "") {
    dynamodb::Item item = {{"leaseKey", dynamodb::text_attribute(key)},
                           {"leaseCounter", dynamodb::number_attribute(7)},
                           {"ownerSwitchesSinceCheckpoint", dynamodb::number_attribute(0)},
                           {"checkpoint", dynamodb::text_attribute(checkpoint)},
                           {"checkpointSubSequenceNumber", dynamodb::number_attribute(0)}};
    if (!owner.empty()) item["leaseOwner"] = dynamodb::text_attribute(owner);
    return item;
  }
  dynamodb::Item row_of(const std::string& stream_id, const std::string& shard, const std::string& checkpoint) {
    dynamodb::Item item = row(stream_id + ":" + shard, checkpoint);
    item["streamName"] = dynamodb::text_attribute(stream_id);
    item["shardId"] = dynamodb::text_attribute(shard);
    return item;
  }
  void keep(const dynamodb::Item& item) {
    table_server.alone([&] { tables.put_row("app", item); });
  }
  std::string kept(const std::string& key, const std::string& attribute) {
    std::string text = "no row";
    table_server.alone([&] {
      const dynamodb::Item* found = tables.table("app")->row(key);
      if (found == nullptr) return;
      const auto value = found->find(attribute);
      text = value == found->end() ? "none" : value->second.text;
    });
    return text;
  }

  posix::TempFolder folder;
  model::Server kinesis{{}, {}};
  dynamodb::Service tables{{}, model::unix_now_ms};
  model::HttpServer table_server{{}, [this](model::Request request) { return tables.handle(std::move(request)); }};
  Lines lines;
  int64_t leaping_ms = 0;  // a command's time passes without waiting
};

}  // namespace penstock::plugin
