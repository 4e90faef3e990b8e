// A strict model of the DynamoDB operations that workers of Penstock and KCL 2.x use on a lease table: requests
// in, replies out. It has no I/O, no clock and no threads. It enforces what the service documents
// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/); it was never compared with the service
// itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_dynamodb/table.h"
#include "tests/model_kinesis/access.h"
#include "tests/model_kinesis/faults.h"
#include "tests/model_kinesis/message.h"
#include "tests/model_kinesis/signature.h"

namespace penstock::dynamodb {

struct Settings {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  model::Authorize authorize = nullptr;  // nullptr: everything is permitted
  std::vector<model::AccessKey> keys = {model::AccessKey{}};
  int64_t creating_ms = 1000;    // how long the creation of a table takes
  size_t page_items = SIZE_MAX;  // of a scan, in addition to the service's 1 MiB; small for paging with few rows
  size_t page_bytes = 1 << 20;
  // An eventually consistent read returns each row as it was at some time in the last stale_ms.
  int64_t stale_ms = 0;
  uint64_t seed = 1;
};

// The quantities that are billed.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
struct Stats {
  uint64_t requests = 0;
  std::map<std::string, uint64_t, std::less<>> calls{};  // by operation, rejected ones included
  uint64_t failed_conditions = 0;
  uint64_t write_units = 0;      // of 1 KiB; also consumed if the condition fails
  uint64_t half_read_units = 0;  // of 4 KiB; one for an eventually consistent read, two for a consistent one
};

class Service {
 public:
  // now_ms returns Unix time.
  Service(Settings settings, std::function<int64_t()> now_ms);

  // Handles one signed request of the API. The reply also says how much of it the client receives.
  model::Reply handle(model::Request request);

  // Sets a function that is called at the start of each request with its sequential number, from 1.
  void on_request(std::function<void(uint64_t number, const model::Request& request)> hook) {
    on_request_ = std::move(hook);
  }

  // Creates an active lease table without a call.
  void make_table(const std::string& name);
  // Returns nullptr if not found.
  Table* table(std::string_view name);
  // Writes or deletes a row without a call, as another client would. REQUIRES: the table exists.
  void put_row(std::string_view table, const Item& item);
  void delete_row(std::string_view table, const std::string& key);

  Settings& settings() { return settings_; }
  model::Faults& faults() { return faults_; }
  const Stats& stats() const { return stats_; }

 private:
  model::Reply apply(const model::Request& request, const std::string& operation, const model::Fault& fault);
  std::vector<model::Access> accesses_of(const std::string& operation, const Value& parameters) const;
  std::string respond(const std::string& operation, const Value& parameters);

  std::string create_table(const Value& parameters);
  std::string describe_table(const Value& parameters);
  std::string scan(const Value& parameters);
  std::string get_item(const Value& parameters);
  std::string put_item(const Value& parameters);
  std::string update_item(const Value& parameters);
  std::string delete_item(const Value& parameters);

  // Returns the active table that the parameters name.
  Table& table_of(const Value& parameters);
  // Writes the row if the call's condition holds for the existing row, and returns what ReturnValues requests.
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
