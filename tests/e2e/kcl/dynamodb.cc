#include "tests/e2e/kcl/dynamodb.h"

#include <cstdlib>

#include "tests/e2e/emulators/dynalite.h"
#include "tests/e2e/emulators/moto.h"

namespace penstock::e2e {
namespace {

template <class Emulator>
std::unique_ptr<DynamoDb> from(std::shared_ptr<Emulator> emulator) {
  if (!emulator) return nullptr;
  const std::string url = emulator->url();
  const auto post = [emulator](const model::Request& request) { return emulator->post(request); };
  return std::make_unique<DynamoDb>(DynamoDb{url, post});
}

}  // namespace

std::unique_ptr<DynamoDb> start_dynamodb(std::string& why) {
  const char* const name = std::getenv("PENSTOCK_KCL_DYNAMODB");
  if (name != nullptr && std::string(name) == "moto") return from<emulators::Moto>(emulators::Moto::start(why));
  return from<emulators::Dynalite>(emulators::Dynalite::start(why));
}

}  // namespace penstock::e2e
