#include "core/leases/held_lease.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/core/leases/lease_context_test_base.h"

namespace penstock::leases {
namespace {

const std::string kKey = "shardId-000000000000";

class held_lease : public LeaseContextTest {
 protected:
  Lease taken() {
    EXPECT_EQ(us.create(dynamodb::full_lease(kKey))->outcome, dynamodb::kDone);
    return *us.take(*us.get(kKey))->row;
  }
  static void advance_until_released(HeldLease& held) {
    for (int step = 0; step < 10 && held.state() == HeldLease::State::held; ++step) held.advance();
    EXPECT_EQ(held.state(), HeldLease::State::released);
  }

  dynamodb::OurWorker us{client, "leases", "us"};
};

TEST_F(held_lease, a_lease_that_is_handed_over_keeps_its_last_position) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({"17", 3});
  held.hand_over();
  advance_until_released(held);
  EXPECT_EQ(us.get(kKey)->checkpoint, "17");
  EXPECT_EQ(us.get(kKey)->owner, "");
}

TEST_F(held_lease, a_lease_handed_over_before_its_children_are_known_keeps_its_last_position) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({"17", 3});
  held.advance_to({std::string(kinesis::kShardEnd)});
  ASSERT_TRUE(held.waits_for_children());
  held.hand_over();
  advance_until_released(held);
  EXPECT_EQ(us.get(kKey)->checkpoint, "17");
  EXPECT_EQ(us.get(kKey)->owner, "");
}

TEST_F(held_lease, the_leases_of_children_are_created_before_the_end_even_during_a_handover) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({std::string(kinesis::kShardEnd)});
  held.end_shard({dynamodb::full_lease("b"), dynamodb::full_lease("c")});
  held.hand_over();
  while (!us.get("b") || !us.get("c")) {
    ASSERT_NE(us.get(kKey)->checkpoint, kinesis::kShardEnd);
    held.advance();
  }
  advance_until_released(held);
  EXPECT_EQ(us.get(kKey)->checkpoint, kinesis::kShardEnd);
}

TEST_F(held_lease, a_lease_deleted_by_others_after_its_end_is_finished_even_if_the_response_was_lost) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({"17", 3});
  held.advance_to({std::string(kinesis::kShardEnd)});
  held.end_shard({});
  service.faults().next_calls("UpdateItem", model::lose_response());
  held.advance();
  ASSERT_EQ(us.get(kKey)->checkpoint, kinesis::kShardEnd);
  ASSERT_EQ(us.remove(kKey, us.get(kKey)->counter)->outcome, dynamodb::kDone);
  clock.advance_to(held.next_boot_ms());
  held.advance();
  EXPECT_EQ(held.state(), HeldLease::State::finished);
}

TEST_F(held_lease, a_lease_deleted_before_its_end_is_reported_as_deleted) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({"17", 3});
  held.advance_to({std::string(kinesis::kShardEnd)});
  service.delete_row("leases", kKey);
  clock.advance_to(held.valid_until_boot_ms() - 1);
  held.advance();
  EXPECT_EQ(held.state(), HeldLease::State::deleted);
}

}  // namespace
}  // namespace penstock::leases
