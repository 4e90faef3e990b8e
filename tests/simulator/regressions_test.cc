// Seeds that found bugs, each named after the rule that was broken, and tests of the simulator itself.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/simulator/world.h"

namespace penstock::simulator {
namespace {

std::string trace_of(uint64_t seed, int edition = kEdition) {
  std::string text;
  World world(draw_plan(seed, edition), [&](const std::string& line) { text += line + "\n"; });
  EXPECT_EQ(world.run(), "") << "seed " << seed;
  return text;
}

TEST(simulator, the_same_seed_gives_the_same_run) {
  for (uint64_t seed = 1; seed <= 5; ++seed) EXPECT_EQ(trace_of(seed), trace_of(seed)) << "seed " << seed;
}

TEST(simulator, another_seed_gives_another_run) { EXPECT_NE(trace_of(1), trace_of(2)); }

// The records that waited for a failed one were sent before its dead letter was on disk. After a power cut, it was
// sent again, after them.
TEST(regressions, a_key_waits_until_the_dead_letter_of_its_record_is_on_disk) { trace_of(2216, 2); }

// Several calls for one record each exceeded the memory limit together, because the space for a largest record was
// counted only when they had started.
TEST(regressions, memory_of_a_call_is_counted_before_it_starts) { trace_of(535, 1); }

// A child was read before its parent, which was newer than the reader's list of shards.
TEST(regressions, a_parent_newer_than_the_shard_list_is_read_first) {
  trace_of(1064, 1);
  trace_of(101128, 1);
}

// A worker deleted the row of a finished shard. Its list was older than the shard and its children, so it
// considered them read. The row was created again, and the whole shard was read again.
TEST(regressions, a_finished_lease_newer_than_the_list_stays_until_its_children_are_read) { trace_of(211, 1); }

// A worker created a row that an old scan had found missing: other workers had read the shard and deleted its row.
TEST(regressions, lease_operations_from_an_old_scan_are_dropped) { trace_of(100442, 1); }

// A worker whose lease was no longer valid found its row gone and created it again at its own old position.
TEST(regressions, a_worker_with_an_invalid_lease_never_recreates_its_row) {
  trace_of(1564, 1);
  trace_of(2702, 1);
}

// The response to the call that wrote the end was lost, and the row was deleted before the retry. Its owner
// created it again, and the whole shard was read again.
TEST(regressions, a_lease_whose_end_was_written_is_never_recreated) { trace_of(102130, 1); }

// A shard was handed over at its end before a list had its children. The end was not saved, and the shard was read
// again.
TEST(regressions, a_shard_is_handed_over_at_its_end_even_if_its_children_are_not_listed) {
  trace_of(162, 1);
  trace_of(258, 1);
}

// A scan was so old that it showed no lease at all. The children of a shard whose reading had begun at a timestamp
// were begun at their oldest record.
TEST(regressions, children_start_at_the_initial_position_however_old_the_scan) { trace_of(1795305786, 2); }

// A finished row was deleted before the worker that had lost the lease could know. That worker created it again at
// its own old position, and the whole shard was read again.
TEST(regressions, a_finished_lease_stays_until_no_former_owner_can_recreate_it) {
  trace_of(1797301103, 3);
  trace_of(1797302653, 3);
}

// Two workers started at LATEST. The second one's scan was older than the first one's leases, and its list was
// older than a split. It began the children at its own start time, and skipped their earlier records.
TEST(regressions, a_first_start_is_decided_by_a_scan_after_the_shard_list) {
  trace_of(1780098710, 2);
  trace_of(8104534, 2);
  trace_of(8104761, 2);
  trace_of(8106339, 2);
}

// An iterator at the last record was meant to return that record again, but the response had neither records nor
// an iterator. The next iterator began after the record, and its absence was logged as a gap.
TEST(regressions, an_iterator_after_the_last_record_does_not_expect_that_record) {
  trace_of(1796010380, 3);
  trace_of(1796200442, 3);
  trace_of(1796200514, 3);
}

// A record that is still awaited is not skipped either: if it does not come, retention has passed it.
TEST(regressions, retention_that_passes_an_awaited_record_is_logged_even_without_an_iterator) {
  trace_of(1796022551, 3);
  trace_of(1796023227, 3);
  trace_of(1796023728, 3);
}

// Nor does that record prove that retention passes none before the next iterator begins after it.
TEST(regressions, retention_that_passes_a_record_read_again_is_logged) { trace_of(1797000100, 3); }

// A record that had become too old did not take its turn. Its successors were sent before its dead letter was on
// disk, and after a crash it was sent again, after them.
TEST(regressions, a_key_waits_for_the_dead_letter_of_a_record_that_was_never_sent) { trace_of(1796022179, 3); }

// The rest of a rejected aggregated record did not wait for its first records, which had become too old, either.
TEST(regressions, the_rest_of_an_aggregated_record_waits_for_its_first_records) { trace_of(1797105678, 3); }

// A process was killed with lines in the dead-letter file whose sync had failed. No later sync wrote them. After a
// power cut there were zero bytes in their place, on one line with the first line of the next process.
TEST(regressions, unsynced_lines_of_a_killed_process_do_not_damage_later_lines) { trace_of(1799031236, 3); }

// A worker lost a lease between the grant and the input's next turn, and the input took the revocation before the
// grant. It kept the shard, whose lag grew forever.
TEST(regressions, a_grant_that_is_revoked_before_the_input_takes_it_is_withdrawn) { trace_of(1802011063, 3); }

// A late copy of the call that had created a row created it again, long after it was deleted. The shards that its
// descendants then waited for were read again too, which the checker did not expect of the grandparents.
TEST(regressions, ancestors_of_a_shard_whose_row_came_back_are_read_again) { trace_of(1802019828, 3); }

// The response to a receive arrived during a shutdown, after the records of earlier responses had been released.
// The input looked for those records, and did not release the new ones.
TEST(regressions, records_that_a_queue_delivers_during_a_shutdown_are_released) {
  trace_of(19, 5);
  trace_of(32, 5);
}

// A shutdown released records that its own waiting calls received again, one call after the other.
TEST(regressions, a_shutdown_does_not_receive_again_and_again_what_it_releases) { trace_of(26, 5); }

// Records that were released before a shutdown became visible while it waited for short calls. One of these
// received them, and after they were released again, so did the long one.
TEST(regressions, a_shutdown_makes_nothing_visible_while_it_waits_for_short_calls) { trace_of(500015892, 6); }

// A worker of KCL failed in the middle of creating the first leases. A worker of Penstock read one parent of a
// merge to its end and created the lease of the child, which KCL began: the other parent, without a lease, was
// never read.
TEST(regressions, a_child_gets_no_lease_while_a_parent_has_none) { trace_of(6010588, 6); }

// An iterator expired before the first read at a position inside an aggregated record. The model skipped the rest
// of the record, as KCL does.
TEST(regressions, what_kcl_skips_when_its_first_iterator_expires_is_left_out) { trace_of(6129194, 6); }

// Workers of KCL had read everything before the first process of Penstock was due to start. The checker missed it.
TEST(regressions, a_process_that_starts_after_kcl_has_read_everything_has_time_to_start) { trace_of(6113838, 6); }

// A worker of KCL whose lease had expired read in the very millisecond of the round that noticed it.
TEST(regressions, a_worker_of_kcl_reads_until_its_next_round) { trace_of(6009504, 6); }

// Retention passed a record that a process kept invisible. The checker saw no later extension of its visibility.
TEST(regressions, a_record_that_retention_has_passed_has_no_other_consumer) { trace_of(1001015, 5); }

}  // namespace
}  // namespace penstock::simulator
