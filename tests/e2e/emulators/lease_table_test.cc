// The suite for lease tables, run on dynalite and moto, emulators of DynamoDB, and a comparison of each with the
// model.
#include <random>
#include <set>
#include <vector>

#include "tests/e2e/emulators/dynalite.h"
#include "tests/e2e/emulators/moto.h"
#include "tests/model_dynamodb/lease_table_suite.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::dynamodb {

namespace {

// Makes workers of Penstock and of KCL perform random lease operations, each based on the row that the worker saw
// last. Returns the outcome of each operation and the row after it.
class RandomEvents {
 public:
  RandomEvents(TableClient::Send send, uint64_t seed)
      : client_(std::move(send), model::unix_now_ms), random_(seed) {}

  std::vector<std::string> run(int operations) {
    for (Result<bool> ready(false); ready.ok() && !*ready;) ready = ours_[0].prepare({true, {}});
    for (int i = 0; i < operations; ++i) {
      const std::string key = "shard-" + std::to_string(random_() % 4);
      const std::string outcome = random_() % 2 == 0 ? our_operation(key) : kcl_operation(key);
      const std::optional<leases::Lease> row = ours_[0].get(key);
      outcomes_.push_back(std::string(key).append(" ").append(outcome).append("; row: ").append(to_string(row)));
      // Some workers read the row now and then.
      if (row && random_() % 3 == 0) seen_[random_() % 2][key] = *row;
      if (random_() % 3 == 0)
        if (const auto lease = kcls_[0].get(key)) believed_[random_() % 2][key] = *lease;
    }
    return outcomes_;
  }

 private:
  std::string our_operation(const std::string& key) {
    const size_t who = random_() % 2;
    OurWorker& worker = ours_[who];
    leases::Lease& seen = seen_[who][key];
    seen.key = key;
    leases::LeaseChange change;
    if (random_() % 2 == 0) change.checkpoint = std::to_string(random_() % 100);
    if (random_() % 4 == 0) change.child_ids = {"c-" + std::to_string(random_() % 3)};
    if (random_() % 4 == 0) change.started_ms = static_cast<int64_t>(random_() % 1000);
    const auto outcome_of = [&](const char* operation, const Result<leases::LeaseWriteResult>& write) {
      if (!write.ok()) return std::string(operation) + ": " + write.status().message();
      if (write->row) seen = *write->row;
      return worker.id() + ' ' + operation + ' ' + std::to_string(static_cast<int>(write->outcome)) + ' ' +
             to_string(write->row);
    };
    switch (random_() % 6) {
      case 0:
        return outcome_of("create", worker.create(full_lease(key)));
      case 1:
        return outcome_of("take", worker.take(seen, change));
      case 2:
      case 3:
        return outcome_of("renew", worker.renew(key, seen.counter, change));
      case 4:
        return outcome_of("evict", worker.evict(key));
      default:
        return random_() % 3 == 0 ? outcome_of("remove", worker.remove(key, seen.counter)) : std::string("rest");
    }
  }

  std::string kcl_operation(const std::string& key) {
    const size_t who = random_() % 2;
    Kcl2& worker = kcls_[who];
    Kcl2Lease& lease = believed_[who][key];
    lease.key = key;
    const auto outcome_of = [&](const char* operation, bool done) {
      return "kcl " + std::to_string(who) + ' ' + operation + ' ' + std::to_string(done) + ' ' +
             std::to_string(lease.counter);
    };
    switch (random_() % 6) {
      case 0:
        return outcome_of("create", worker.create(lease));
      case 1:
        return outcome_of("take", worker.take(lease));
      case 2:
        return outcome_of("renew", worker.renew(lease));
      case 3:
        return outcome_of("checkpoint", worker.checkpoint(lease, std::to_string(random_() % 100), 0));
      case 4:
        return lease.owner ? outcome_of("evict", worker.evict(lease)) : std::string("rest");
      default:
        return outcome_of("children", worker.set_children(lease, {"d-" + std::to_string(random_() % 3)}));
    }
  }

  TableClient client_;
  OurWorker ours_[2] = {{client_, "table", "us"}, {client_, "table", "them"}};
  Kcl2 kcls_[2] = {{client_, "table", "kcl"}, {client_, "table", "other"}};
  std::map<std::string, leases::Lease> seen_[2];
  std::map<std::string, Kcl2Lease> believed_[2];
  std::mt19937_64 random_;
  std::vector<std::string> outcomes_;
};

class lease_table_differential : public testing::TestWithParam<const char*> {};

TEST_P(lease_table_differential, the_model_agrees_with_the_emulator_on_600_operations_of_four_workers) {
  std::string why;
  const auto emulator = connect_table_service(GetParam(), why);
  if (!emulator) GTEST_SKIP() << why;
  Service service({}, model::unix_now_ms);
  service.settings().creating_ms = 0;
  RandomEvents in_model([&](model::Request request) { return service.handle(std::move(request)); }, 7);
  const std::vector<std::string> in_model_outcomes = in_model.run(600);
  const std::vector<std::string> emulator_outcomes = RandomEvents(*emulator, 7).run(600);
  ASSERT_EQ(in_model_outcomes.size(), emulator_outcomes.size());
  std::set<std::string> kinds;
  for (const std::string& outcome : in_model_outcomes)
    for (const char* kind :
         {"create 0", "create 2", "take 0", "take 2", "renew 0", "renew 2", "evict 0", "evict 1", "evict 2",
          "remove 0", "kcl 0 take 0", "kcl 0 take 1", "kcl 0 renew 0", "kcl 0 renew 1", "kcl 0 checkpoint 0",
          "kcl 0 checkpoint 1", "kcl 0 evict 0", "kcl 0 evict 1", "kcl 0 children 1"})
      if (outcome.find(kind) != std::string::npos) kinds.insert(kind);
  EXPECT_EQ(kinds.size(), 19U) << "the operations must have all outcomes to prove anything";
  for (size_t i = 0; i < in_model_outcomes.size(); ++i)
    ASSERT_EQ(in_model_outcomes[i], emulator_outcomes[i]) << "operation " << i;
}

// Returns the function that sends to the emulator, or nullopt if it is not available.
template <typename Emulator>
std::optional<TableClient::Send> sender_to(std::shared_ptr<Emulator> emulator) {
  if (!emulator) return std::nullopt;
  return [emulator](const model::Request& request) { return emulator->post(request); };
}

}  // namespace

std::optional<TableClient::Send> connect_table_service(const std::string& name, std::string& why) {
  if (name == "moto") return sender_to(emulators::Moto::start(why));
  return sender_to(std::shared_ptr<emulators::Dynalite>(emulators::Dynalite::start(why)));
}

const auto kEmulators = testing::Values("dynalite", "moto");
INSTANTIATE_TEST_SUITE_P(on, lease_table, kEmulators, [](const auto& on) { return on.param; });
INSTANTIATE_TEST_SUITE_P(on, lease_table_differential, kEmulators, [](const auto& on) { return on.param; });

}  // namespace penstock::dynamodb
