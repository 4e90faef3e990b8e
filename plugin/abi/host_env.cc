#include "plugin/abi/host_env.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace penstock::plugin {

namespace {

class HostClock : public Clock {
 public:
  explicit HostClock(const penstock_host& host) : host_(host) {}
  int64_t wall_ms() override { return host_.wall_ms(host_.ctx); }
  int64_t monotonic_ms() override { return host_.monotonic_ms(host_.ctx); }

 private:
  penstock_host host_;
};

class HostRandom : public Random {
 public:
  explicit HostRandom(const penstock_host& host) : host_(host) {}
  uint64_t next() override { return host_.random(host_.ctx); }

 private:
  penstock_host host_;
};

// Returns the home folder of the current user, for a service that is started without HOME. AWS's tools find the
// shared files there too.
std::optional<std::string> home_folder() {
  std::vector<char> memory(size_t{16} * 1024);
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, memory.data(), memory.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return found->pw_dir;
}

std::optional<std::string> variable(const char* name) {
  if (const char* value = std::getenv(name)) return value;
  return std::string_view(name) == "HOME" ? home_folder() : std::nullopt;
}

}  // namespace

HostEnv::HostEnv(const penstock_host& host, std::unique_ptr<Clock> clock, std::unique_ptr<Random> random,
                 std::unique_ptr<posix::ProcessRunner> processes, std::unique_ptr<Transport> transport)
    : host_clock_(host.monotonic_ms != nullptr),
      clock_(std::move(clock)),
      random_(std::move(random)),
      files_(posix::make_system_files()),
      processes_(std::move(processes)),
      transport_(std::move(transport)),
      env_{*clock_,
           *random_,
           *transport_,
           *files_,
           variable,
           [host](LogLevel level, std::string_view line) {
             if (host.log != nullptr) host.log(host.ctx, static_cast<int32_t>(level), bytes(line));
           },
           [this](ProcessRequest request, posix::ProcessRunner::Done done) {
             processes_->start(std::move(request), std::move(done));
           }} {}

Result<std::unique_ptr<HostEnv>> HostEnv::make(const penstock_host& host, const posix::CurlOptions& curl) {
  if ((host.wall_ms == nullptr) != (host.monotonic_ms == nullptr))
    return Status(Code::invalid, "PS0050",
                  "the host table has only one of wall_ms and monotonic_ms: set both or neither");
  std::unique_ptr<Clock> clock = posix::make_system_clock();
  if (host.wall_ms != nullptr) clock = std::make_unique<HostClock>(host);
  std::unique_ptr<Random> random = posix::make_system_random();
  if (host.random != nullptr) random = std::make_unique<HostRandom>(host);
  const auto warn = [host](MessageId id, const std::string& text) {
    const std::string line = coded(id, text);
    if (host.log != nullptr) host.log(host.ctx, static_cast<int32_t>(LogLevel::warn), bytes(line));
  };
  Result<std::unique_ptr<posix::ProcessRunner>> processes = posix::ProcessRunner::make(*clock, warn);
  if (!processes.ok()) return processes.status();
  Result<std::unique_ptr<Transport>> transport = posix::make_curl_transport(*clock, curl, processes->get());
  if (!transport.ok()) return transport.status();
  return std::unique_ptr<HostEnv>(
      new HostEnv(host, std::move(clock), std::move(random), std::move(*processes), std::move(*transport)));
}

}  // namespace penstock::plugin
