#include "tests/e2e/emulators/backend.h"

#include <unistd.h>

#include <utility>

#include "tests/e2e/emulators/emulator_process.h"
#include "tests/e2e/emulators/moto.h"
#include "tests/model_kinesis/server.h"

namespace penstock::emulators {
namespace {

class ModelBackend : public Backend {
 public:
  ModelBackend() : server_({}, {}), error_(server_.start()) {}
  std::string url() const override { return server_.url(); }
  const std::string& error() const { return error_; }

 private:
  model::Server server_;
  std::string error_;
};

class ProcessBackend : public Backend {
 public:
  explicit ProcessBackend(const EmulatorCommand& command) : process_(command) {}
  std::string url() const override { return "http://127.0.0.1:" + std::to_string(process_.port()); }
  bool started() const { return process_.port() != 0; }

 private:
  EmulatorProcess process_;
};

class MotoBackend : public Backend {
 public:
  explicit MotoBackend(std::shared_ptr<Moto> moto) : moto_(std::move(moto)) {}
  std::string url() const override { return moto_->url(); }

 private:
  std::shared_ptr<Moto> moto_;
};

EmulatorCommand command_of(const std::string& name) {
  const std::string installed = PENSTOCK_EMULATORS_INSTALLED;
  if (name == "kinesalite")
    return {installed, node_program({std::string(PENSTOCK_EMULATORS_SOURCE) + "/kinesalite.js"}), {}, 4567};
  return {installed + "/node_modules/kinesis-local",
          node_program({"main.js"}),
          {{"KINESIS_MOCK_PLAIN_PORT", "4568"},
           {"CREATE_STREAM_DURATION", "1ms"},
           {"SPLIT_SHARD_DURATION", "1ms"},
           {"MERGE_SHARDS_DURATION", "1ms"},
           {"LOG_LEVEL", "ERROR"}},
          4568};
}

}  // namespace

std::unique_ptr<Backend> start_backend(const std::string& name, std::string* why) {
  if (name == "model") {
    auto model = std::make_unique<ModelBackend>();
    *why = model->error();
    if (!why->empty()) return nullptr;
    return model;
  }
  if (name == "moto") {
    std::shared_ptr<Moto> moto = Moto::start(*why);
    if (!moto) return nullptr;
    return std::make_unique<MotoBackend>(std::move(moto));
  }
  const std::string marker = std::string(PENSTOCK_EMULATORS_INSTALLED) + "/installed.lock";
  if (access(marker.c_str(), R_OK) != 0) {
    *why = name + " is not installed; the test emulator.packages_are_installed_from_npm says why";
    return nullptr;
  }
  auto process = std::make_unique<ProcessBackend>(command_of(name));
  if (!process->started()) {
    *why = name + " is installed but does not start";
    return nullptr;
  }
  return process;
}

}  // namespace penstock::emulators
