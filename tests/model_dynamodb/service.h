// A strict model of those operations of DynamoDB that workers make on a table of leases, ours and KCL 2.x's:
// requests in, replies out. It has no I/O, no clock and no threads of its own. What it enforces is what the
// service documents (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/); it was never held against
// the service itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "tests/model_dynamodb/table.h"
#include "tests/model_kinesis/faults.h"
#include "tests/model_kinesis/message.h"
#include "tests/model_kinesis/signature.h"

namespace penstock::dynamodb {

struct Settings {
  std::string region = "us-east-1";
  std::vector<model::AccessKey> keys = {model::AccessKey{}};
  int64_t creating_ms = 1000;    // how long a table is made
  size_t page_items = SIZE_MAX;  // of a scan, beside the service's 1 MiB; small: paging with few rows
  size_t page_bytes = 1 << 20;
  // A read that is not consistent gives each row as it was at some time since so long ago.
  int64_t stale_ms = 0;
  uint64_t seed = 1;
};

// What a month's bill is made of.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
struct Stats {
  uint64_t requests = 0;
  std::map<std::string, uint64_t, std::less<>> calls{};  // by operation, refused ones included
  uint64_t refused_conditions = 0;
  uint64_t write_units = 0;      // of 1 KiB; a refused condition costs as much
  uint64_t half_read_units = 0;  // of 4 KiB; one for a read that is not consistent, two for one that is
};

class Service {
 public:
  // now_ms gives Unix time.
  Service(Settings settings, std::function<int64_t()> now_ms);

  // One request of the API, signature and all. The reply says what the client gets to see of it.
  model::Reply handle(model::Request request);

  // Called at the start of each request with its running number, from 1.
  void on_request(std::function<void(uint64_t number, const model::Request& request)> hook) {
    on_request_ = std::move(hook);
  }

  // A table of leases without a call, active.
  void make_table(const std::string& name);
  // nullptr where there is none.
  Table* table(std::string_view name);
  // A row without a call, as somebody else writes or deletes it. The table is there.
  void put_row(std::string_view table, const Item& item);
  void delete_row(std::string_view table, const std::string& key);

  Settings& settings() { return settings_; }
  model::Faults& faults() { return faults_; }
  const Stats& stats() const { return stats_; }

 private:
  model::Reply apply(const model::Request& request, const std::string& operation, const model::Fault& fault);
  std::string answer(const std::string& operation, const Value& parameters);

  std::string create_table(const Value& parameters);
  std::string describe_table(const Value& parameters);
  std::string scan(const Value& parameters);
  std::string get_item(const Value& parameters);
  std::string put_item(const Value& parameters);
  std::string update_item(const Value& parameters);
  std::string delete_item(const Value& parameters);

  // The active table that the parameters name.
  Table& table_of(const Value& parameters);
  // Writes row where the call's condition holds of what is there, and answers with what ReturnValues asks for.
  std::string change_row(Table& table, const std::string& key, const Value& parameters,
                         const std::function<std::optional<Item>(const Item* old)>& change);
  const Item* read(const Table& table, const std::string& key, bool consistent);
  void count_write(size_t bytes);
  void count_read(size_t bytes, bool consistent);

  Settings settings_;
  std::function<int64_t()> now_ms_;
  std::function<void(uint64_t, const model::Request&)> on_request_;
  model::Faults faults_;
  std::mt19937_64 random_;
  std::map<std::string, Table, std::less<>> tables_;
  Stats stats_;
};

}  // namespace penstock::dynamodb
