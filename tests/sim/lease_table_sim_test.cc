// The lease table through the signed client, in virtual time, on a bad network.
#include <gtest/gtest.h>

#include <string>

#include "core/leases/lease_table.h"
#include "tests/model_dynamodb/service.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

constexpr const char* kKey = "shardId-000000000000";

// A worker that writes checkpoints by the rules of LeaseTable.
class Writer {
 public:
  Writer(SimEnv& sim, SimClock& clock, std::string id)
      : sim_(sim), clock_(clock), client_(sim.env(), "", aws::kDynamoDbProtocol, "dynamodb"), id_(std::move(id)) {}

  leases::LeaseTable& table() { return table_; }

  // Runs until the call has completed, and returns its result.
  template <typename T, typename Begin>
  Result<T> wait(const Begin& begin) {
    std::optional<Result<T>> done;
    begin([&done](Result<T> result) { done = std::move(result); });
    while (!done) sim_.transport().drive(clock_.monotonic_ms() + 60'000);
    return std::move(*done);
  }
  // Writes a checkpoint, with as many retries as it takes. Returns false if the lease is lost.
  bool checkpoint(int64_t& counter, int position) {
    leases::LeaseChange change;
    change.checkpoint = std::to_string(position);
    while (true) {
      const Result<leases::LeaseWriteResult> write =
          wait<leases::LeaseWriteResult>([&](auto done) { table_.renew(kKey, counter, id_, change, done); });
      if (!write.ok()) {
        EXPECT_TRUE(write.status().retryable()) << write.status().message();
        ++failures;
        continue;
      }
      found_done += write->outcome == leases::LeaseWriteResult::Outcome::done_before ? 1 : 0;
      if (!write->row || write->row->owner != id_) return false;
      counter = write->row->counter;
      if (write->outcome != leases::LeaseWriteResult::Outcome::conflict) return true;
    }
  }

  int failures = 0;
  int found_done = 0;

 private:
  SimEnv& sim_;
  SimClock& clock_;
  SimClient client_;
  leases::LeaseTable table_{[this](std::string_view operation, std::string body, size_t max_response_bytes,
                                   aws::ServiceClient::Done done) {
                              client_.call(operation, std::move(body), max_response_bytes, std::move(done));
                            },
                            "leases", "us-east-1"};
  std::string id_;
};

TEST(lease_table_in_virtual_time, checkpoints_on_a_bad_network_are_written_in_order_and_once) {
  SimClock clock;
  dynamodb::Service service({}, [&clock] { return clock.unix_ms(); });
  service.make_table("leases");
  SimEnv sim(
      clock,
      [&](const std::string& host, model::Request request) {
        EXPECT_EQ(host, "dynamodb.us-east-1.amazonaws.com");
        return service.handle(std::move(request));
      },
      11);
  Writer writer(sim, clock, "us");
  leases::Lease lease;
  lease.key = kKey;
  ASSERT_TRUE(writer.wait<leases::LeaseWriteResult>([&](auto done) { writer.table().create(lease, done); }).ok());
  ASSERT_TRUE(
      writer.wait<leases::LeaseWriteResult>([&](auto done) { writer.table().take(lease, "us", {}, done); }).ok());

  service.faults().set_rates({.throttle = 0.1,
                              .internal_failure = 0.1,
                              .close = 0.1,
                              .lose_response = 0.1,
                              .truncate = 0.1,
                              .delay = 0.1,
                              .delay_ms = 40'000});  // longer than the call's timeout
  int64_t counter = 1;
  int written = 0;
  service.on_request([&](uint64_t, const model::Request&) {
    const int now = std::stoi("0" + [&] {
      const dynamodb::Item* row = service.table("leases")->row(kKey);
      const auto found = row->find("checkpoint");
      return found == row->end() ? std::string() : found->second.text;
    }());
    EXPECT_TRUE(now == written || now == written + 1) << now << " after " << written;
    written = now;
  });
  for (int position = 1; position <= 500; ++position) ASSERT_TRUE(writer.checkpoint(counter, position));
  EXPECT_EQ(dynamodb::number_in(service.table("leases")->row(kKey)->at("leaseCounter")), counter);
  EXPECT_EQ(counter, 1 + 500) << "each was written once";
  EXPECT_GT(writer.failures, 250);
  EXPECT_GT(writer.found_done, 50);

  service.on_request(nullptr);
  service.faults().set_rates({});
  lease = **writer.wait<std::optional<leases::Lease>>([&](auto done) { writer.table().get(kKey, done); });
  Writer other(sim, clock, "other");
  ASSERT_TRUE(
      other.wait<leases::LeaseWriteResult>([&](auto done) { other.table().take(lease, "other", {}, done); }).ok());
  EXPECT_FALSE(writer.checkpoint(counter, 501));
  EXPECT_TRUE(other.checkpoint(counter = lease.counter + 1, 600));
}

}  // namespace
}  // namespace penstock::sim
