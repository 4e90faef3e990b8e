// One suite for the table of leases, on the model and on an emulator: a program that holds it says how to get to
// them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/model_dynamodb/kcl2.h"
#include "tests/model_dynamodb/our_worker.h"
#include "tests/model_dynamodb/table_client.h"

namespace penstock::dynamodb {

// What sends to the service of that name, which lives as long; nothing where it is not to be had, with why.
// Defined by the program.
std::optional<TableClient::Send> connect_table_service(const std::string& name, std::string& why);

int64_t unix_now_ms();

class lease_table : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;

  // A row of that JSON, as somebody else put it there.
  void put(const std::string& item);
  // An attribute's value as JSON's text or number has it; "" where it is not there.
  std::string attribute(const std::string& key, const std::string& name, const std::string& type);

  std::unique_ptr<TableClient> client;
  std::string table;
  std::unique_ptr<OurWorker> us, them;  // workers "us" and "them", both ours
  std::unique_ptr<Kcl2> kcl;
};

}  // namespace penstock::dynamodb
