#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "client/clock.h"
#include "plugin/abi/host_env.h"
#include "tests/monitoring/sim_machine.h"

namespace penstock::monitoring {

namespace {

sim::SimClock* process_clock = nullptr;
SimMachine* current_machine = nullptr;

SimMachine& machine() {
  if (current_machine == nullptr) throw std::logic_error("an instance is created outside of OnMachine");
  return *current_machine;
}

}  // namespace

void use_clock(sim::SimClock& clock) { process_clock = &clock; }

OnMachine::OnMachine(SimMachine& machine) { current_machine = &machine; }

OnMachine::~OnMachine() { current_machine = nullptr; }

}  // namespace penstock::monitoring

namespace penstock::client {

int64_t monotonic_ms() { return monitoring::process_clock->monotonic_ms(); }

int64_t unix_ms() { return monitoring::process_clock->unix_ms(); }

// Nothing waits for a descriptor in virtual time.
int poll_timeout_ms(int64_t, int64_t) { return 0; }

}  // namespace penstock::client

namespace penstock::plugin {

namespace {

// The machine's clock and random numbers, which outlive the instance.
class SharedClock : public Clock {
 public:
  explicit SharedClock(Clock& clock) : clock_(clock) {}
  int64_t wall_ms() override { return clock_.wall_ms(); }
  int64_t monotonic_ms() override { return clock_.monotonic_ms(); }
  int64_t boot_ms() override { return clock_.boot_ms(); }

 private:
  Clock& clock_;
};

class SharedRandom : public Random {
 public:
  explicit SharedRandom(Random& random) : random_(random) {}
  uint64_t next() override { return random_.next(); }

 private:
  Random& random_;
};

}  // namespace

HostEnv::HostEnv(const penstock_host& host, std::unique_ptr<Clock> clock, std::unique_ptr<Random> random,
                 std::unique_ptr<posix::ProcessRunner>, std::unique_ptr<Transport> transport)
    : host_clock_(false),  // the deadline of close() is in the future
      clock_(std::move(clock)),
      random_(std::move(random)),
      files_(std::make_unique<sim::SimFiles>(monitoring::machine().files)),  // of the same disk
      transport_(std::move(transport)),
      env_{*clock_,
           *random_,
           *transport_,
           *files_,
           [&machine = monitoring::machine()](const char* name) -> std::optional<std::string> {
             const auto found = machine.variables.find(std::string_view(name));
             if (found == machine.variables.end()) return std::nullopt;
             return found->second;
           },
           [host](LogLevel level, std::string_view line) {
             if (host.log != nullptr) host.log(host.ctx, static_cast<int32_t>(level), bytes(line));
           },
           nullptr} {}

Result<std::unique_ptr<HostEnv>> HostEnv::make(const penstock_host& host, const posix::CurlOptions&) {
  monitoring::SimMachine& machine = monitoring::machine();
  return std::unique_ptr<HostEnv>(new HostEnv(
      host, std::make_unique<SharedClock>(machine.clock), std::make_unique<SharedRandom>(machine.random), nullptr,
      std::make_unique<sim::SimTransport>(machine.time, machine.clock, machine.random, machine.serve)));
}

}  // namespace penstock::plugin
