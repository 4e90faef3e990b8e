#include "fluentbit/input/chunk_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>

namespace penstock::fluentbit {
namespace {

Chunk chunk_of(std::string data, std::vector<uint64_t> completes = {}) {
  return {"", std::move(data), 1, std::move(completes)};
}

TEST(fluentbit_chunk_queue, a_chunk_queue_is_full_from_its_limit_on) {
  ChunkQueue queue(10);
  queue.push(chunk_of(std::string(9, 'a')));
  EXPECT_FALSE(queue.full());
  EXPECT_TRUE(queue.full(1));
  queue.push(chunk_of("b"));
  EXPECT_TRUE(queue.full());
}

TEST(fluentbit_chunk_queue, a_full_chunk_queue_accepts_chunks) {
  ChunkQueue queue(1);
  queue.push(chunk_of("a"));
  queue.push(chunk_of("b"));
  ASSERT_NE(queue.front(), nullptr);
  EXPECT_EQ(queue.front()->data, "a");
}

TEST(fluentbit_chunk_queue, settled_chunks_are_returned_once_and_in_order) {
  ChunkQueue queue(100);
  queue.push(chunk_of("a", {1, 2}));
  queue.push(chunk_of("b", {3}));
  queue.push(chunk_of("c", {4}));
  queue.settle_front();
  queue.settle_front();
  std::vector<Chunk> settled;
  queue.take_settled(settled);
  ASSERT_EQ(settled.size(), 2u);
  EXPECT_EQ(settled[0].completes, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(settled[1].data, "b");
  settled.clear();
  queue.take_settled(settled);
  EXPECT_TRUE(settled.empty());
  EXPECT_EQ(queue.front()->data, "c");
}

TEST(fluentbit_chunk_queue, a_chunk_queue_has_space_again_after_chunks_are_settled) {
  ChunkQueue queue(2);
  queue.push(chunk_of("ab"));
  EXPECT_TRUE(queue.full());
  queue.settle_front();
  EXPECT_FALSE(queue.full());
  EXPECT_EQ(queue.front(), nullptr);
}

TEST(fluentbit_chunk_queue, copying_a_chunk_queue_keeps_its_chunks) {
  ChunkQueue queue(100);
  queue.push(chunk_of("ab"));
  queue.push(chunk_of("c"));
  std::string out = ">";
  EXPECT_EQ(queue.copy(out), 2u);
  EXPECT_EQ(out, ">abc");
  EXPECT_EQ(queue.front()->data, "ab");
}

TEST(fluentbit_chunk_queue, the_front_of_a_chunk_queue_stays_in_place_during_a_concurrent_push) {
  ChunkQueue queue(1);
  queue.push(chunk_of("first", {0}));
  const Chunk* const front = queue.front();
  std::thread pusher([&] {
    for (uint64_t i = 1; i <= 1000; ++i) queue.push(chunk_of("x", {i}));
  });
  EXPECT_EQ(front->data, "first");
  pusher.join();
  EXPECT_EQ(queue.front(), front);
  EXPECT_EQ(front->data, "first");
}

}  // namespace
}  // namespace penstock::fluentbit
