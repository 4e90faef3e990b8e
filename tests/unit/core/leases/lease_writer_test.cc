#include "core/leases/lease_writer.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "tests/unit/core/leases/lease_context_test_base.h"

namespace penstock::leases {
namespace {

const std::string kKey = "shardId-000000000000";

class lease_writer : public LeaseContextTest {
 protected:
  using Kind = LeaseOp::Kind;

  // Returns a row that another worker holds.
  Lease held_by_them(const std::string& key) {
    EXPECT_EQ(them.create(dynamodb::full_lease(key))->outcome, dynamodb::kDone);
    return *them.take(*them.get(key))->row;
  }
  void fail_next(const char* operation, const model::Fault& fault) {
    service.faults().next_calls(operation, fault);
  }

  dynamodb::OurWorker them{client, "leases", "them"};
  std::vector<std::string> reported;
  LeaseWriter writer{context,
                     [this](const LeaseOp& op, int64_t, const LeaseWriteResult& write, const std::string& from) {
                       const bool done = write.outcome != LeaseWriteResult::Outcome::conflict;
                       reported.push_back(op.lease.key + (done ? " done" : " conflict") + " from " + from);
                     }};
};

TEST_F(lease_writer, a_take_returns_the_former_owner_even_if_its_first_response_was_lost) {
  writer.set_takes({{Kind::take, 0, held_by_them(kKey), kNever}}, 1);
  fail_next("UpdateItem", model::lose_response());
  writer.advance();
  EXPECT_EQ(reported, std::vector<std::string>{});
  // The next scan shows our name in the row.
  const Lease ours = *them.get(kKey);
  ASSERT_EQ(ours.owner, "us");
  clock.advance(10'000);
  writer.set_takes({{Kind::take, 0, ours, kNever}}, 1);
  writer.advance();
  EXPECT_EQ(reported, std::vector<std::string>{kKey + " done from them"});
}

// Beyond the bound, only the name of the former owner is lost.
TEST_F(lease_writer, takes_with_lost_responses_are_remembered_up_to_a_limit) {
  const auto fail_take = [this](const Lease& lease, const model::Fault& fault) {
    fail_next("UpdateItem", fault);
    writer.set_takes({{Kind::take, 0, lease, kNever}}, 1);
    writer.advance();
    clock.advance(10'000);
  };
  constexpr int kMax = 1000;
  for (const int others : {kMax - 1, kMax}) {
    reported.clear();
    const std::string key = "first of " + std::to_string(others);
    fail_take(held_by_them(key), model::lose_response());
    for (int i = 0; i < others; ++i)
      fail_take(dynamodb::full_lease(key + "-" + std::to_string(i)), model::throttle());
    writer.set_takes({{Kind::take, 0, *them.get(key), kNever}}, 1);
    writer.advance();
    EXPECT_EQ(reported, std::vector<std::string>{key + " done from " + (others < kMax ? "them" : "us")});
    // Nothing of this affects the next one.
    for (int i = 0; i < others; ++i) {
      writer.set_takes({{Kind::take, 0, dynamodb::full_lease(key + "-" + std::to_string(i)), kNever}}, 1);
      writer.advance();
    }
  }
}

TEST_F(lease_writer, as_many_leases_are_taken_as_wanted_even_if_others_were_faster_at_some) {
  std::deque<LeaseOp> takes;
  for (const char* key : {"a", "b", "c", "d"}) takes.push_back({Kind::take, 0, held_by_them(key), kNever});
  ASSERT_EQ(them.renew("b", takes[1].lease.counter)->outcome, dynamodb::kDone);
  writer.set_takes(takes, 2);
  writer.advance();
  EXPECT_EQ(reported, (std::vector<std::string>{"a done from them", "b conflict from them", "c done from them"}));
  EXPECT_EQ(writer.next_boot_ms(), kNever);
}

TEST_F(lease_writer, a_failed_operation_delays_the_others_and_a_creation_is_retried) {
  fail_next("PutItem", model::internal_failure());
  writer.add({Kind::create, 0, dynamodb::full_lease("a"), kNever});
  writer.add({Kind::create, 0, dynamodb::full_lease("a"), kNever});  // which is already queued
  writer.add({Kind::create, 0, dynamodb::full_lease("b"), kNever});
  while (reported.size() < 2 && writer.next_boot_ms() != kNever) {
    clock.advance_to(writer.next_boot_ms());
    writer.advance();
  }
  EXPECT_EQ(reported, (std::vector<std::string>{"b done from ", "a done from "}));
  EXPECT_TRUE(writer.keys().empty());
}

TEST_F(lease_writer, lease_operations_older_than_the_limit_are_dropped) {
  const int64_t until_ms = clock.boot_ms() + 10'000;
  writer.add({Kind::remove, 0, held_by_them("a"), until_ms});
  writer.add({Kind::create, 0, dynamodb::full_lease("c"), until_ms});
  writer.set_takes({{Kind::take, 0, held_by_them("b"), until_ms}}, 1);
  clock.advance_to(until_ms);
  writer.advance();
  EXPECT_EQ(reported, std::vector<std::string>{});
  EXPECT_TRUE(writer.keys().empty());
  EXPECT_EQ(writer.next_boot_ms(), kNever);
}

TEST_F(lease_writer, lease_operations_just_below_the_age_limit_are_done) {
  const int64_t until_ms = clock.boot_ms() + 10'000;
  writer.add({Kind::remove, 0, held_by_them("a"), until_ms});
  writer.add({Kind::create, 0, dynamodb::full_lease("c"), until_ms});
  writer.set_takes({{Kind::take, 0, held_by_them("b"), until_ms}}, 1);
  clock.advance_to(until_ms - 1);
  writer.advance();
  EXPECT_EQ(reported, (std::vector<std::string>{"a done from them", "c done from ", "b done from them"}));
}

TEST_F(lease_writer, a_lease_creation_is_retried_only_until_its_time_limit) {
  const int64_t until_ms = clock.boot_ms() + 10'000;
  writer.add({Kind::create, 0, dynamodb::full_lease("a"), until_ms});
  fail_next("PutItem", model::internal_failure());
  writer.advance();
  EXPECT_NE(writer.next_boot_ms(), kNever);  // it would be retried
  clock.advance_to(until_ms);                // but the machine slept
  writer.advance();
  EXPECT_EQ(reported, std::vector<std::string>{});
  EXPECT_FALSE(them.get("a"));
  EXPECT_TRUE(writer.keys().empty());
}

TEST_F(lease_writer, at_the_end_lease_creations_finish_and_nothing_else_starts) {
  const Lease theirs = held_by_them("a");
  writer.add({Kind::remove, 0, theirs, kNever});
  writer.add({Kind::create, 0, dynamodb::full_lease("b"), kNever});
  writer.set_takes({{Kind::take, 0, theirs, kNever}}, 1);
  writer.keep_only_creates();
  writer.advance();
  EXPECT_EQ(reported, std::vector<std::string>{"b done from "});
  EXPECT_EQ(them.get("a")->owner, "them");
  EXPECT_TRUE(writer.keys().empty());
}

}  // namespace
}  // namespace penstock::leases
