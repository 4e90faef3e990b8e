// A worker's LeaseContext on a table of the model, for tests of its parts.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/leases/held_lease.h"
#include "tests/model_dynamodb/our_worker.h"
#include "tests/model_dynamodb/service.h"
#include "tests/sim/sim_env.h"

namespace penstock::leases {

class LeaseContextTest : public testing::Test {
 protected:
  LeaseContextTest() { service.make_table("leases"); }

  sim::SimClock clock;
  model::Service no_kinesis{{}, [this] { return clock.unix_ms(); }};
  sim::SimEnv sim{clock, no_kinesis, 1};
  dynamodb::Service service{{}, [this] { return clock.unix_ms(); }};
  dynamodb::TableClient client{[this](model::Request request) { return service.handle(std::move(request)); },
                               [this] { return clock.unix_ms(); }};
  LeaseTable table{client.service_call(), "leases", "us-east-1"};
  LogThrottle throttle{sim.env()};
  LeaseContext context{sim.env(), table, throttle, "us", 10'000, 5'000};
};

}  // namespace penstock::leases
