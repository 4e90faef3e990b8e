#include "tests/abi/allocation/world.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

namespace penstock::abi {
namespace {

using memory::Unwatched;

constexpr int64_t kLongestMs = int64_t{2} * 3600 * 1000;  // simulated time at which a run counts as stuck
constexpr int kMaxTurns = 100'000;                        // turns after which a run counts as stuck
constexpr int kPatienceMs = 1;
constexpr int64_t kHoldMs = 1000;  // how long a call for a queue's records is held: simulated time

World* world = nullptr;

model::Settings kinesis_settings() {
  model::Settings settings;
  settings.keys = {{"AKIDEXAMPLE", "not-a-real-secret"}};
  return settings;
}

dynamodb::Settings dynamodb_settings() {
  dynamodb::Settings settings;
  settings.keys = {{"AKIDEXAMPLE", "not-a-real-secret"}};
  return settings;
}

bool is_ready(int descriptor, int timeout_ms) {
  pollfd watched = {descriptor, POLLIN, 0};
  return ::poll(&watched, 1, timeout_ms) > 0;
}

bool has_children() {
  siginfo_t info = {};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

nlink_t threads() {
  struct stat folder = {};
  return stat("/proc/self/task", &folder) == 0 ? folder.st_nlink : 0;
}

}  // namespace

World::World()
    : kinesis(kinesis_settings(), [this] { return wall_ms(); }),
      dynamodb(dynamodb_settings(), [this] { return wall_ms(); }),
      others([](const model::Request&) {
        return model::Reply{404, {}, "", 0, model::Wire::whole};
      }),
      server_([this](model::Request request) { return handle(std::move(request)); }),
      own_threads_(threads()) {
  module();  // which sets credentials
  setenv("no_proxy", "*", 1);
  host_.struct_size = sizeof host_;
  host_.ctx = this;
  host_.log = [](void* ctx, int32_t, penstock_bytes line) {
    const Unwatched own;
    static_cast<World*>(ctx)->log_ += text(line) + '\n';
  };
  host_.wall_ms = [](void* ctx) { return static_cast<World*>(ctx)->wall_ms(); };
  host_.monotonic_ms = [](void* ctx) { return static_cast<World*>(ctx)->monotonic_ms(); };
  host_.random = [](void* ctx) { return static_cast<World*>(ctx)->random_ += 0x9e3779b97f4a7c15u; };
  world = this;
}

World::~World() { world = nullptr; }

model::Reply World::handle(model::Request request) {
  const std::string_view target = model::header(request.headers, "x-amz-target");
  if (target.starts_with("Kinesis_")) {
    model::Reply reply = kinesis.handle(std::move(request));
    if (reply.again) passed_ms_ += kHoldMs;  // long polling
    return reply;
  }
  if (target.starts_with("DynamoDB_")) return dynamodb.handle(std::move(request));
  return others(std::move(request));
}

Options World::options(const std::string& stream, const Options& more) {
  Options list = {{"stream", stream}, {"region", "us-east-1"}, {"endpoint", "http://127.0.0.1:1"}};
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

penstock_instance* World::make(Calls& calls, const penstock_stage* stage, const Options& options) const {
  const std::vector<penstock_option> list = c_options(options);
  penstock_instance* self = nullptr;
  EXPECT_TRUE(calls.well_at_last("create", [&](penstock_error* error) {
    return stage->create(&host_, list.data(), list.size(), sizeof(penstock_option), &self, error);
  }));
  return self;
}

bool World::drive(const penstock_stage* stage, penstock_instance* self, const std::function<bool()>& done,
                  const std::function<void()>& turn) {
  for (int turns = 0; !done(); ++turns) {
    if (turns == kMaxTurns) return false;
    turn();
    if (!done() && !wait_until(stage->descriptor(self), stage->next_deadline_ms(self))) return false;
  }
  return true;
}

bool World::wait_until(int descriptor, int64_t deadline_ms) {
  server_.serve();
  if (deadline_ms <= monotonic_ms() || is_ready(descriptor, 0)) return true;
  // Child processes take real time. So does a resolver thread of libcurl, which it also starts for a numeric
  // address if it has no memory to parse it.
  if (has_children() || threads() > own_threads_) {
    is_ready(descriptor, kPatienceMs);
    return true;
  }
  passed_ms_ = std::min(deadline_ms - 1'000, kLongestMs);
  return passed_ms_ < kLongestMs;
}

void World::wait(int descriptor, int timeout_ms) {
  const int64_t deadline_ms = timeout_ms < 0 ? INT64_MAX : monotonic_ms() + timeout_ms;
  if (wait_until(descriptor, deadline_ms)) return;
  std::fputs("a call waits forever\n", stderr);
  std::abort();
}

}  // namespace penstock::abi

#pragma GCC visibility push(default)

extern "C" {

int epoll_wait(int descriptor, epoll_event* events, int most, int timeout_ms) {
  if (penstock::abi::world != nullptr && timeout_ms != 0) {
    const penstock::abi::memory::Unwatched own;
    penstock::abi::world->wait(descriptor, timeout_ms);
    timeout_ms = 0;
  }
  return static_cast<int>(syscall(SYS_epoll_pwait, descriptor, events, most, timeout_ms, nullptr, size_t{0}));
}

int fsync(int) { return 0; }
int fdatasync(int) { return 0; }
}

#pragma GCC visibility pop
