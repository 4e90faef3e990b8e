// One suite for lease tables, on the model and on an emulator. The program that contains it defines how to connect
// to them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/model_dynamodb/kcl2.h"
#include "tests/model_dynamodb/our_worker.h"
#include "tests/model_dynamodb/table_client.h"

namespace penstock::dynamodb {

// Returns the function that sends to the service of that name, which lives as long as the process. Returns nullopt
// and sets `why` if the service is not available. Defined by the program.
std::optional<TableClient::Send> connect_table_service(const std::string& name, std::string& why);

class lease_table : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;

  // Writes a row with that JSON, as another writer would.
  void put(const std::string& item);
  // Returns an attribute's value as text, as it is in JSON, or "" if it is missing.
  std::string attribute(const std::string& key, const std::string& name, const std::string& type);

  std::unique_ptr<TableClient> client;
  std::string table;
  std::unique_ptr<OurWorker> us, them;  // workers "us" and "them", both of Penstock
  std::unique_ptr<Kcl2> kcl;
};

}  // namespace penstock::dynamodb
