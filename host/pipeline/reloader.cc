#include "host/pipeline/reloader.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <exception>
#include <future>
#include <string>
#include <thread>
#include <utility>

namespace penstock::host {

struct Reloader::Loading {
  Loading() : ended(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), result(promise.get_future()) {}
  ~Loading() {
    if (ended >= 0) close(ended);
  }
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;

  void run(const Load& load) {
    try {
      promise.set_value(load());
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
    eventfd_write(ended, 1);
  }

  int ended;  // readable after the result is there
  std::promise<LoadedConfig> promise;
  std::future<LoadedConfig> result;
};

Reloader::Reloader(Load load, const Signals& signals, Log& log, ServiceManager& manager)
    : load_(std::move(load)), signals_(signals), log_(log), manager_(manager) {}

bool Reloader::turn() {
  if (signals_.take_reload()) {
    if (loading_ != nullptr)
      again_ = true;  // the file may have changed since it was read
    else
      start();
  }
  if (loading_ != nullptr && loading_->result.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
    finish();
  return loaded_.has_value();
}

int Reloader::descriptor() const { return loading_ == nullptr ? -1 : loading_->ended; }

LoadedConfig Reloader::take() { return *std::exchange(loaded_, std::nullopt); }

void Reloader::start() {
  again_ = false;
  manager_.reloading();
  log_.info("penstock", "SIGHUP: loading the configuration again");
  try {
    auto loading = std::make_shared<Loading>();
    std::thread([loading, load = load_] { loading->run(load); }).detach();
    loading_ = std::move(loading);
  } catch (const std::exception& error) {  // no memory, no thread
    reject(error.what());
  }
}

void Reloader::finish() {
  const std::shared_ptr<Loading> ended = std::exchange(loading_, nullptr);
  if (again_) return start();
  try {
    LoadedConfig config = ended->result.get();
    for (const Problem& problem : config.problems) log_problem(log_, problem);
    if (has_errors(config.problems)) return reject("it has errors");
    loaded_ = std::move(config);
  } catch (const std::exception& error) {
    reject(error.what());
  }
}

void Reloader::reject(std::string_view why) {
  const std::string text =
      "the configuration is not reloaded, and the previous one continues: " + std::string(why);
  log_.error("PS0941", "penstock", text);
  manager_.ready(text);
}

}  // namespace penstock::host
