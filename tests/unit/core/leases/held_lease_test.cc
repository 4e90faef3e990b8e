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
    EXPECT_EQ(us.create(dynamodb::whole_lease(kKey))->outcome, dynamodb::kDone);
    return *us.take(*us.get(kKey))->row;
  }
  static void advance_until_released(HeldLease& held) {
    for (int step = 0; step < 10 && held.state() == HeldLease::State::held; ++step) held.advance();
    EXPECT_EQ(held.state(), HeldLease::State::released);
  }

  dynamodb::OurWorker us{client, "leases", "us"};
};

TEST_F(held_lease, that_is_handed_over_keeps_its_last_position) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({"17", 3});
  held.hand_over();
  advance_until_released(held);
  EXPECT_EQ(us.get(kKey)->checkpoint, "17");
  EXPECT_EQ(us.get(kKey)->owner, "");
}

TEST_F(held_lease, that_is_handed_over_keeps_its_end_though_no_list_has_the_children_yet) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({"17", 3});
  held.advance_to({std::string(kinesis::kShardEnd)});
  ASSERT_TRUE(held.waits_for_children());
  held.hand_over();
  advance_until_released(held);
  EXPECT_TRUE(held.all_saved());
  EXPECT_EQ(us.get(kKey)->checkpoint, kinesis::kShardEnd);
  EXPECT_EQ(us.get(kKey)->owner, "");
}

TEST_F(held_lease, that_has_children_to_make_makes_them_before_its_end_also_where_it_is_handed_over) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({std::string(kinesis::kShardEnd)});
  held.end_shard({dynamodb::whole_lease("b"), dynamodb::whole_lease("c")});
  held.hand_over();
  while (!us.get("b") || !us.get("c")) {
    ASSERT_NE(us.get(kKey)->checkpoint, kinesis::kShardEnd);
    held.advance();
  }
  advance_until_released(held);
  EXPECT_EQ(us.get(kKey)->checkpoint, kinesis::kShardEnd);
}

TEST_F(held_lease, whose_row_others_deleted_after_its_end_is_finished_though_no_answer_told_of_the_end) {
  HeldLease held(context, taken(), clock.boot_ms());
  held.advance_to({"17", 3});
  held.advance_to({std::string(kinesis::kShardEnd)});
  held.end_shard({});
  service.faults().next_calls("UpdateItem", model::lose_answer());
  held.advance();
  ASSERT_EQ(us.get(kKey)->checkpoint, kinesis::kShardEnd);
  ASSERT_EQ(us.remove(kKey, us.get(kKey)->counter)->outcome, dynamodb::kDone);
  clock.advance_to(held.next_boot_ms());
  held.advance();
  EXPECT_EQ(held.state(), HeldLease::State::finished);
}

TEST_F(held_lease, whose_row_was_deleted_before_its_end_has_vanished) {
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
