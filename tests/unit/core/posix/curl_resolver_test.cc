// Names that do not resolve: the getaddrinfo() of this program replaces the system's.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "tests/unit/core/posix/curl_client.h"
#include "tests/unit/core/posix/loopback_server.h"

namespace {

constexpr const char* kStuckName = "stuck.example";
constexpr const char* kRebindingName = "rebinding.example";
std::atomic<const char*> rebinding_address = "127.0.0.1";  // what kRebindingName resolves to

// Threads that look up kStuckName wait here until the test releases them, or longer than any test runs.
struct Stuck {
  std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  bool open = false;

  void wait() {
    std::unique_lock lock(mutex);
    ++waiting;
    changed.notify_all();
    changed.wait_for(lock, std::chrono::seconds(60), [this] { return open; });
    --waiting;
    changed.notify_all();
  }
  bool await(int count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(30), [&] { return waiting == count; });
  }
  int count() {
    const std::lock_guard lock(mutex);
    return waiting;
  }
  void release() {
    {
      const std::lock_guard lock(mutex);
      open = true;
      changed.notify_all();
    }
    await(0);
    const std::lock_guard lock(mutex);
    open = false;
  }
};

Stuck& stuck() {
  static auto* const kept = new Stuck;  // abandoned threads may use it while the program exits
  return *kept;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node, const char* service,
                                                                  const addrinfo* hints, addrinfo** found) {
  if (node != nullptr && std::strcmp(node, kStuckName) == 0) {
    stuck().wait();
    return EAI_AGAIN;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node != nullptr && std::strcmp(node, kRebindingName) == 0) node = rebinding_address;
  return next(node, service, hints, found);
}

namespace penstock::posix {
namespace {

const std::string kStuckUrl = std::string("http://") + kStuckName + "/";

TEST(curl_resolver, a_stuck_lookup_blocks_neither_other_calls_nor_the_end) {
  LoopbackServer server([](const std::string&) { return LoopbackServer::Reply{response_200("x")}; });
  CurlClient client;
  bool completed = false;
  client.transport().start(client.get(kStuckUrl), [&](const HttpResponse&) { completed = true; });
  client.transport().drive(0);
  ASSERT_TRUE(stuck().await(1));
  EXPECT_EQ(client.call(client.get(server.url())).body, "x");
  // By name too: the lookup of "localhost" uses a resolver thread.
  const std::string by_name = "http://localhost:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(client.call(client.get(by_name)).body, "x");
  client.destroy_transport();
  EXPECT_EQ(stuck().count(), 1) << "destruction waited for the lookup";
  EXPECT_FALSE(completed);
  stuck().release();
}

TEST(curl_resolver, a_stuck_lookup_ends_at_the_connect_timeout_without_waiting_for_its_thread) {
  CurlOptions options;
  options.connect_timeout_ms = 50;
  CurlClient client(options);
  const HttpResponse response = client.call(client.get(kStuckUrl));
  EXPECT_EQ(stuck().count(), 1);
  EXPECT_EQ(response.transport.code(), Code::transient);
  EXPECT_TRUE(has(response.transport.message(), std::string("cannot connect to ") + kStuckName))
      << response.transport.message();
  client.destroy_transport();
  EXPECT_EQ(stuck().count(), 1);
  stuck().release();
}

TEST(curl_resolver, a_name_that_is_not_found_is_a_transient_error_that_names_it) {
  CurlClient client;
  const auto response = client.start(client.get(kStuckUrl + "?secret=1"));
  client.transport().drive(0);
  ASSERT_TRUE(stuck().await(1));
  stuck().release();
  ASSERT_TRUE(client.drive_until([&] { return response->has_value(); }));
  const Status status = (*response)->transport;
  EXPECT_EQ(status.code(), Code::transient);
  EXPECT_TRUE(has(status.message(), std::string("cannot resolve ") + kStuckName)) << status.message();
  EXPECT_FALSE(has(status.message(), "secret")) << status.message();
}

// A name whose owner points it to another address between two lookups, and whose first address was allowed.
TEST(curl_resolver, a_metadata_call_to_a_name_with_a_new_address_is_rejected) {
  std::atomic<int> asked = 0;
  LoopbackServer server([&](const std::string&) {
    ++asked;
    return LoopbackServer::Reply{response_200("keys")};
  });
  CurlClient client;
  HttpRequest request =
      CurlClient::get(std::string("http://") + kRebindingName + ":" + std::to_string(server.port()) + "/");
  request.to_metadata = true;
  rebinding_address = "127.0.0.1";
  EXPECT_EQ(client.call(request).body, "keys");
  rebinding_address = "0.0.0.0";
  // libcurl caches names for a minute; a new transport has an empty cache.
  CurlClient later;
  const HttpResponse rejected = later.call(request);
  EXPECT_EQ(rejected.transport.code(), Code::config);
  EXPECT_TRUE(has(rejected.transport.message(), "plain http is not allowed to the address 0.0.0.0"))
      << rejected.transport.message();
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace penstock::posix
