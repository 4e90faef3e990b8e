#include "core/leases/lease_taker.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/sim_clock.h"

namespace penstock::leases {
namespace {

constexpr int64_t kFailoverMs = 10'000;

Lease lease(const std::string& key, const std::string& owner = "", int64_t counter = 1) {
  Lease row;
  row.key = row.shard_id = key;
  row.owner = owner;
  row.counter = counter;
  row.checkpoint = "7";
  return row;
}

// owners "aab " is a table of four leases, named by their positions: two of a, one of b, a free one.
std::vector<Lease> table(std::string_view owners) {
  std::vector<Lease> rows;
  for (size_t i = 0; i < owners.size(); ++i)
    rows.push_back(lease(std::to_string(i), owners[i] == ' ' ? "" : std::string(1, owners[i])));
  return rows;
}

std::set<std::string> keys(const std::vector<Lease>& rows) {
  std::set<std::string> keys;
  for (const Lease& row : rows) keys.insert(row.key);
  return keys;
}

std::set<std::string> keys_of(const std::vector<Lease>& rows, const std::string& owner) {
  std::set<std::string> keys;
  for (const Lease& row : rows)
    if (row.owner == owner) keys.insert(row.key);
  return keys;
}

// Returns what is taken if no other worker is faster.
std::vector<Lease> taken(LeaseTaker::Choice choice) {
  choice.leases.resize(std::min(choice.leases.size(), choice.most));
  return choice.leases;
}

struct lease_taker : testing::Test {
  // Returns what "me" takes when it sees these rows for the first time.
  std::set<std::string> first_choice(const std::vector<Lease>& rows) {
    LeaseTaker taker("me", kFailoverMs);
    taker.observe(rows, 0);
    return keys(taken(taker.choose(rows, keys_of(rows, "me"), 0, random)));
  }

  sim::SimRandom random{20190825};
};

TEST_F(lease_taker, a_worker_takes_free_leases_up_to_its_share_rounded_up) {
  EXPECT_EQ(first_choice(table("   ")).size(), 3U);
  EXPECT_EQ(first_choice(table("aaa   ")).size(), 3U);
  EXPECT_EQ(first_choice(table("aab    ")).size(), 3U);  // 7 leases, 3 workers
  EXPECT_EQ(first_choice(table("a")).size(), 0U);
  EXPECT_EQ(first_choice({}).size(), 0U);
}

TEST_F(lease_taker, a_worker_tries_the_next_free_lease_if_another_was_faster) {
  LeaseTaker taker("me", kFailoverMs);
  const std::vector<Lease> rows = table("aa    ");
  taker.observe(rows, 0);
  const LeaseTaker::Choice choice = taker.choose(rows, {}, 0, random);
  EXPECT_EQ(choice.most, 3U);
  EXPECT_EQ(choice.leases.size(), 4U);
}

TEST_F(lease_taker, a_worker_steals_no_lease_while_any_is_free) {
  EXPECT_EQ(first_choice(table("aaaaaaa ")), std::set<std::string>{"7"});
}

TEST_F(lease_taker, a_worker_steals_one_lease_from_the_worker_with_the_most) {
  for (int i = 0; i < 20; ++i) {
    const std::vector<Lease> rows = table("aabbbbb");
    const std::vector<Lease> chosen = [&] {
      LeaseTaker taker("c", kFailoverMs);
      taker.observe(rows, 0);
      return taken(taker.choose(rows, {}, 0, random));
    }();
    ASSERT_EQ(chosen.size(), 1U);
    EXPECT_EQ(chosen[0].owner, "b");
  }
}

TEST_F(lease_taker, a_worker_steals_no_lease_if_that_only_reverses_the_difference) {
  LeaseTaker taker("m", kFailoverMs);
  for (const auto& [owners, thefts] : std::map<std::string, size_t>{
           {"aamm", 0}, {"aaam", 1}, {"aaamm", 0}, {"aabbm", 0}, {"aaabbm", 1}, {"a", 0}, {"aa", 1}, {"ab", 0}}) {
    const std::vector<Lease> rows = table(owners);
    taker.observe(rows, 0);
    EXPECT_EQ(taken(taker.choose(rows, keys_of(rows, "m"), 0, random)).size(), thefts) << owners;
  }
}

TEST_F(lease_taker, a_lease_expires_if_its_counter_is_unchanged_for_the_failover_time) {
  LeaseTaker taker("me", kFailoverMs);
  std::vector<Lease> rows = table("am");
  taker.observe(rows, 1'000);
  rows[1].counter = 2;
  taker.observe(rows, 1'000 + kFailoverMs - 1);
  EXPECT_TRUE(taken(taker.choose(rows, {"1"}, 1'000 + kFailoverMs - 1, random)).empty());
  EXPECT_EQ(taker.unchanged_ms(rows[0], 1'000 + kFailoverMs - 1), kFailoverMs - 1);
  Lease written_since = rows[0];
  ++written_since.counter;
  EXPECT_EQ(taker.unchanged_ms(written_since, 1'000 + kFailoverMs - 1), 0);
  rows.push_back(lease("2", "me"));
  EXPECT_EQ(keys(taken(taker.choose(rows, {"1", "2"}, 1'000 + kFailoverMs, random))), std::set<std::string>{"0"});
}

TEST_F(lease_taker, a_table_outage_expires_no_lease) {
  LeaseTaker taker("me", kFailoverMs);
  const std::vector<Lease> rows = table("a");
  const auto expired_at = [&](int64_t boot_ms) {
    taker.observe(rows, boot_ms);
    return !taken(taker.choose(rows, {}, boot_ms, random)).empty();
  };
  EXPECT_FALSE(expired_at(1'000));
  const int64_t again_ms = 1'000 + kFailoverMs + 1;
  EXPECT_FALSE(expired_at(again_ms));
  EXPECT_FALSE(expired_at(again_ms + kFailoverMs - 1));
  EXPECT_TRUE(expired_at(again_ms + kFailoverMs));
}

TEST_F(lease_taker, every_change_of_counter_or_owner_restarts_the_expiration) {
  LeaseTaker taker("me", kFailoverMs);
  std::vector<Lease> rows = {lease("0", "a", 5)};
  const auto expired_at = [&](int64_t boot_ms) {
    taker.observe(rows, boot_ms);
    return !taken(taker.choose(rows, {}, boot_ms, random)).empty();
  };
  EXPECT_FALSE(expired_at(0));
  rows[0].counter = 6;
  EXPECT_FALSE(expired_at(kFailoverMs));
  rows[0].owner = "b";
  EXPECT_FALSE(expired_at(2 * kFailoverMs));
  rows[0].counter = 5;  // deleted and created again
  EXPECT_FALSE(expired_at(3 * kFailoverMs));
  EXPECT_TRUE(expired_at(4 * kFailoverMs));
}

TEST_F(lease_taker, workers_with_only_expired_leases_are_not_counted) {
  LeaseTaker taker("me", kFailoverMs);
  std::vector<Lease> rows = table("aaaabbbb");
  taker.observe(rows, 0);
  for (size_t i = 0; i < 4; ++i) rows[i].counter = 2;
  taker.observe(rows, kFailoverMs);
  EXPECT_EQ(keys(taken(taker.choose(rows, {}, kFailoverMs, random))), keys_of(rows, "b"));
}

TEST_F(lease_taker, a_lease_with_our_name_that_we_do_not_hold_is_taken_at_once) {
  LeaseTaker taker("me", kFailoverMs);
  const std::vector<Lease> rows = {lease("0", "me"), lease("1", "me"), lease("2", "a")};
  taker.observe(rows, 0);
  EXPECT_EQ(keys(taken(taker.choose(rows, {"1"}, 0, random))), std::set<std::string>{"0"});
}

// Two workers of KCL that have reached their maxLeasesForWorker, 1.
TEST_F(lease_taker, a_worker_with_its_share_takes_leases_that_nobody_reads_for_three_failover_times) {
  LeaseTaker taker("m", kFailoverMs);
  std::vector<Lease> rows = table("abmmm    ");
  const auto taken_at = [&](int64_t boot_ms) {
    ++rows[0].counter;
    ++rows[1].counter;
    taker.observe(rows, boot_ms);
    return taken(taker.choose(rows, keys_of(rows, "m"), boot_ms, random)).size();
  };
  for (int64_t boot_ms = 0; boot_ms < 3 * kFailoverMs; boot_ms += kFailoverMs / 2)
    EXPECT_EQ(taken_at(boot_ms), 0U);
  EXPECT_EQ(taken_at(3 * kFailoverMs - 1), 0U);
  EXPECT_EQ(taken_at(3 * kFailoverMs), 2U);  // a third of them, rounded up, because there are three workers
}

TEST_F(lease_taker, a_worker_with_its_share_takes_a_dead_workers_lease_three_failover_times_after_it_expired) {
  LeaseTaker taker("m", kFailoverMs);
  std::vector<Lease> rows = table("xamm");
  const auto taken_at = [&](int64_t boot_ms) {
    ++rows[1].counter;
    taker.observe(rows, boot_ms);
    return keys(taken(taker.choose(rows, {"2", "3"}, boot_ms, random)));
  };
  for (int64_t boot_ms = 0; boot_ms < 4 * kFailoverMs; boot_ms += kFailoverMs / 2)
    EXPECT_EQ(taken_at(boot_ms), std::set<std::string>{});
  EXPECT_EQ(taken_at(4 * kFailoverMs - 1), std::set<std::string>{});
  EXPECT_EQ(taken_at(4 * kFailoverMs), std::set<std::string>{"0"});
}

TEST_F(lease_taker, leases_without_a_live_owner_are_counted) {
  LeaseTaker taker("m", kFailoverMs);
  std::vector<Lease> rows = table("xa m ");
  taker.observe(rows, 0);
  EXPECT_EQ(taker.choose(rows, {"3"}, 0, random).free, 2U);
  ++rows[1].counter;
  rows[4].checkpoint = kinesis::kShardEnd;
  taker.observe(rows, kFailoverMs);
  EXPECT_EQ(taker.choose(rows, {"3"}, kFailoverMs, random).free, 2U);
}

TEST_F(lease_taker, finished_shards_are_neither_taken_nor_counted) {
  std::vector<Lease> rows = table("aa  ");
  rows[2].checkpoint = rows[3].checkpoint = kinesis::kShardEnd;
  EXPECT_EQ(first_choice(rows).size(), 1U);  // takes one from a worker: 2 leases, 2 workers
  rows[0].checkpoint = kinesis::kShardEnd;
  EXPECT_EQ(first_choice(rows).size(), 0U);
}

TEST_F(lease_taker, two_workers_take_leases_in_different_orders) {
  const std::vector<Lease> rows = table("            ");
  std::set<std::string> orders;
  for (int i = 0; i < 10; ++i) {
    LeaseTaker taker("me", kFailoverMs);
    taker.observe(rows, 0);
    std::string order;
    for (const Lease& row : taken(taker.choose(rows, {}, 0, random))) order += row.key + ' ';
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 10U);
}

// Every fleet, whatever its initial leases, becomes balanced after at most one takeover per lease, and then
// remains stable.
TEST_F(lease_taker, every_fleet_becomes_balanced_and_stays_so) {
  for (int round = 0; round < 200; ++round) {
    const size_t workers = 1 + random.up_to(6), leases = random.up_to(20);
    std::vector<Lease> rows;
    for (size_t i = 0; i < leases; ++i) {
      const uint64_t owner = random.up_to(workers);
      rows.push_back(
          lease(std::to_string(i), owner == workers ? "" : std::string(1, static_cast<char>('a' + owner))));
    }
    size_t quiet = 0, turns = 0;
    for (; quiet < workers && turns < 1'000; ++turns) {
      const std::string me(1, static_cast<char>('a' + turns % workers));
      LeaseTaker taker(me, kFailoverMs);
      taker.observe(rows, 0);
      const std::vector<Lease> chosen = taken(taker.choose(rows, keys_of(rows, me), 0, random));
      quiet = chosen.empty() ? quiet + 1 : 0;
      for (const Lease& one : chosen) rows[static_cast<size_t>(std::stoul(one.key))].owner = me;
    }
    EXPECT_LE(turns, (leases + 2) * workers);
    size_t least = leases, most = 0;
    for (size_t i = 0; i < workers; ++i) {
      const size_t count = keys_of(rows, std::string(1, static_cast<char>('a' + i))).size();
      least = std::min(least, count);
      most = std::max(most, count);
    }
    EXPECT_LE(most, least + 1) << workers << " workers, " << leases << " leases";
  }
}

}  // namespace
}  // namespace penstock::leases
