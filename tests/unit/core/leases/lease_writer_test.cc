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
    EXPECT_EQ(them.create(dynamodb::whole_lease(key))->outcome, dynamodb::kDone);
    return *them.take(*them.get(key))->row;
  }
  void fail_next(const char* operation, const model::Fault& fault) {
    service.faults().next_calls(operation, fault);
  }

  dynamodb::OurWorker them{client, "leases", "them"};
  std::vector<std::string> told;
  LeaseWriter chores{context,
                     [this](const LeaseOp& op, int64_t, const LeaseWriteResult& write, const std::string& from) {
                       const bool done = write.outcome != LeaseWriteResult::Outcome::conflict;
                       told.push_back(op.lease.key + (done ? " done" : " refused") + " from " + from);
                     }};
};

TEST_F(lease_writer, a_take_tells_whom_it_was_from_also_where_its_first_answer_was_lost) {
  chores.set_takes({{Kind::take, 0, held_by_them(kKey), kNever}}, 1);
  fail_next("UpdateItem", model::lose_answer());
  chores.advance();
  EXPECT_EQ(told, std::vector<std::string>{});
  // The next scan shows our name in the row.
  const Lease ours = *them.get(kKey);
  ASSERT_EQ(ours.owner, "us");
  clock.advance(10'000);
  chores.set_takes({{Kind::take, 0, ours, kNever}}, 1);
  chores.advance();
  EXPECT_EQ(told, std::vector<std::string>{kKey + " done from them"});
}

// Beyond the bound, only the name of the former owner is lost.
TEST_F(lease_writer, takes_whose_answers_were_lost_are_remembered_up_to_a_bound) {
  const auto fail_take = [this](const Lease& lease, const model::Fault& fault) {
    fail_next("UpdateItem", fault);
    chores.set_takes({{Kind::take, 0, lease, kNever}}, 1);
    chores.advance();
    clock.advance(10'000);
  };
  constexpr int kMax = 1000;
  for (const int others : {kMax - 1, kMax}) {
    told.clear();
    const std::string key = "first of " + std::to_string(others);
    fail_take(held_by_them(key), model::lose_answer());
    for (int i = 0; i < others; ++i)
      fail_take(dynamodb::whole_lease(key + "-" + std::to_string(i)), model::throttle());
    chores.set_takes({{Kind::take, 0, *them.get(key), kNever}}, 1);
    chores.advance();
    EXPECT_EQ(told, std::vector<std::string>{key + " done from " + (others < kMax ? "them" : "us")});
    // Nothing of this affects the next one.
    for (int i = 0; i < others; ++i) {
      chores.set_takes({{Kind::take, 0, dynamodb::whole_lease(key + "-" + std::to_string(i)), kNever}}, 1);
      chores.advance();
    }
  }
}

TEST_F(lease_writer, as_many_leases_are_taken_as_were_wanted_whoever_is_quicker_at_some) {
  std::deque<LeaseOp> takes;
  for (const char* key : {"a", "b", "c", "d"}) takes.push_back({Kind::take, 0, held_by_them(key), kNever});
  ASSERT_EQ(them.renew("b", takes[1].lease.counter)->outcome, dynamodb::kDone);
  chores.set_takes(takes, 2);
  chores.advance();
  EXPECT_EQ(told, (std::vector<std::string>{"a done from them", "b refused from them", "c done from them"}));
  EXPECT_EQ(chores.next_boot_ms(), kNever);
}

TEST_F(lease_writer, what_fails_holds_the_others_up_and_a_row_to_be_made_is_tried_again) {
  fail_next("PutItem", model::internal_failure());
  chores.add({Kind::create, 0, dynamodb::whole_lease("a"), kNever});
  chores.add({Kind::create, 0, dynamodb::whole_lease("a"), kNever});  // which is already queued
  chores.add({Kind::create, 0, dynamodb::whole_lease("b"), kNever});
  while (told.size() < 2 && chores.next_boot_ms() != kNever) {
    clock.advance_to(chores.next_boot_ms());
    chores.advance();
  }
  EXPECT_EQ(told, (std::vector<std::string>{"b done from ", "a done from "}));
  EXPECT_TRUE(chores.keys().empty());
}

TEST_F(lease_writer, what_was_decided_too_long_ago_is_not_done_any_more) {
  const int64_t until_ms = clock.boot_ms() + 10'000;
  chores.add({Kind::remove, 0, held_by_them("a"), until_ms});
  chores.add({Kind::create, 0, dynamodb::whole_lease("c"), until_ms});
  chores.set_takes({{Kind::take, 0, held_by_them("b"), until_ms}}, 1);
  clock.advance_to(until_ms);
  chores.advance();
  EXPECT_EQ(told, std::vector<std::string>{});
  EXPECT_TRUE(chores.keys().empty());
  EXPECT_EQ(chores.next_boot_ms(), kNever);
}

TEST_F(lease_writer, what_was_decided_just_short_of_that_is_done) {
  const int64_t until_ms = clock.boot_ms() + 10'000;
  chores.add({Kind::remove, 0, held_by_them("a"), until_ms});
  chores.add({Kind::create, 0, dynamodb::whole_lease("c"), until_ms});
  chores.set_takes({{Kind::take, 0, held_by_them("b"), until_ms}}, 1);
  clock.advance_to(until_ms - 1);
  chores.advance();
  EXPECT_EQ(told, (std::vector<std::string>{"a done from them", "c done from ", "b done from them"}));
}

TEST_F(lease_writer, a_row_to_be_made_is_tried_again_only_until_its_time_has_run_out) {
  const int64_t until_ms = clock.boot_ms() + 10'000;
  chores.add({Kind::create, 0, dynamodb::whole_lease("a"), until_ms});
  fail_next("PutItem", model::internal_failure());
  chores.advance();
  EXPECT_NE(chores.next_boot_ms(), kNever);  // it would be retried
  clock.advance_to(until_ms);                // but the machine slept
  chores.advance();
  EXPECT_EQ(told, std::vector<std::string>{});
  EXPECT_FALSE(them.get("a"));
  EXPECT_TRUE(chores.keys().empty());
}

TEST_F(lease_writer, at_the_end_rows_are_made_that_are_to_be_made_and_nothing_else_is_begun) {
  const Lease theirs = held_by_them("a");
  chores.add({Kind::remove, 0, theirs, kNever});
  chores.add({Kind::create, 0, dynamodb::whole_lease("b"), kNever});
  chores.set_takes({{Kind::take, 0, theirs, kNever}}, 1);
  chores.begin_close();
  chores.advance();
  EXPECT_EQ(told, std::vector<std::string>{"b done from "});
  EXPECT_EQ(them.get("a")->owner, "them");
  EXPECT_TRUE(chores.keys().empty());
}

}  // namespace
}  // namespace penstock::leases
