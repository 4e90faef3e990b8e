// The suite for lease tables, on the model.
#include "tests/model_dynamodb/lease_table_suite.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::dynamodb {

std::optional<TableClient::Send> connect_table_service(const std::string& name, std::string& /*why*/) {
  EXPECT_EQ(name, "model");
  Settings settings;
  settings.creating_ms = 0;
  return [service = std::make_shared<Service>(std::move(settings), model::unix_now_ms)](model::Request request) {
    return service->handle(std::move(request));
  };
}

INSTANTIATE_TEST_SUITE_P(on, lease_table, testing::Values("model"), [](const auto& on) { return on.param; });

}  // namespace penstock::dynamodb
