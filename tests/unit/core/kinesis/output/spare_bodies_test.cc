#include "core/kinesis/output/spare_bodies.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>

#include "tests/unit/core/kinesis/output/writer_fixture.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kBytes = 1'000;

std::string body_of(size_t capacity) {
  std::string body;
  body.reserve(capacity);
  return body;
}

TEST(spare_bodies, the_memory_of_a_body_is_taken_again_and_empty) {
  SpareBodies spare(2, 10 * kBytes);
  std::string body(kBytes, 'x');
  const char* const memory = body.data();
  spare.keep(std::move(body), 0);
  const std::string again = spare.take(kBytes);
  EXPECT_EQ(again.data(), memory);
  EXPECT_EQ(again, "");
  EXPECT_EQ(spare.bytes(), 0U);
}

TEST(spare_bodies, memory_that_is_too_small_or_more_than_twice_as_large_is_not_used) {
  const auto is_used = [](size_t kept, size_t taken) {
    SpareBodies spare(1, 10 * kBytes);
    std::string body = body_of(kept);
    const char* const memory = body.data();
    spare.keep(std::move(body), 0);
    const std::string again = spare.take(taken);
    EXPECT_GE(again.capacity(), taken);
    EXPECT_EQ(spare.bytes(), 0U);  // what does not fit is freed
    return again.data() == memory;
  };
  EXPECT_TRUE(is_used(kBytes, kBytes));
  EXPECT_TRUE(is_used(kBytes, kBytes / 2));
  EXPECT_EQ(body_of(kBytes).capacity(), kBytes);
  SpareBodies spare(1, 10 * kBytes);
  spare.keep(body_of(kBytes), 0);
  EXPECT_EQ(spare.take(kBytes + 1).capacity(), kBytes + 1);
  spare.keep(body_of(kBytes), 0);
  EXPECT_EQ(spare.take(kBytes / 2 - 1).capacity(), kBytes / 2 - 1);
}

TEST(spare_bodies, no_more_is_kept_than_the_limits_allow) {
  SpareBodies spare(2, 3 * kBytes);
  spare.keep(body_of(kBytes), 2 * kBytes + 1);
  EXPECT_EQ(spare.bytes(), 0U);
  spare.keep(body_of(kBytes), 2 * kBytes);
  EXPECT_EQ(spare.bytes(), kBytes);
  spare.keep(body_of(kBytes), 0);
  spare.keep(body_of(kBytes), 0);  // one more than two
  EXPECT_EQ(spare.bytes(), 2 * kBytes);
  spare.limit(kBytes);
  EXPECT_EQ(spare.bytes(), 2 * kBytes);
  spare.limit(kBytes + 1);
  EXPECT_EQ(spare.bytes(), 0U);
}

// A writer whose service returns the bodies of requests.
struct Service {
  struct Call {
    std::string body;
    aws::ServiceClient::Done done;
  };
  FakeSystem system;
  std::deque<Call> calls;
  std::unique_ptr<DeadLetterFile> failures = std::move(*DeadLetterFile::open(system.env, "drop"));
  Writer writer{system.env,
                *failures,
                {.stream = "out", .mem_limit_bytes = 1 << 20},
                [this](std::string_view operation, std::string body, size_t, aws::ServiceClient::Done done) {
                  if (operation == "PutRecords") calls.push_back({std::move(body), std::move(done)});
                }};

  void send() {
    const std::string text(1'000, 'x');
    penstock_record record = {};
    record.body = bytes(text);
    penstock_batch batch = WriterFixture::origin(1);
    batch.records = &record;
    batch.record_count = 1;
    ASSERT_TRUE(writer.write(batch).ok());
    system.clock.now_ms += 1'000;
    writer.advance();
  }
  void respond() {
    Call call = std::move(calls.front());
    calls.pop_front();
    call.done(aws::ServiceResponse{R"({"Records":[{"SequenceNumber":"1"}]})", 0, std::move(call.body)});
  }
  int64_t held_bytes() const { return writer.counters().in_flight_bytes; }
};

TEST(spare_bodies, a_call_uses_the_memory_of_one_that_ended_and_an_idle_writer_keeps_none) {
  Service service;
  service.send();
  const int64_t bytes_of_one = service.held_bytes();
  service.send();
  const char* const memory = service.calls.front().body.data();
  service.respond();
  EXPECT_GT(service.held_bytes(), bytes_of_one);  // the kept memory counts
  service.send();
  EXPECT_EQ(service.calls.back().body.data(), memory);
  EXPECT_EQ(service.held_bytes(), 2 * bytes_of_one);
  service.respond();
  service.respond();
  EXPECT_TRUE(service.writer.idle());
  EXPECT_EQ(service.held_bytes(), 0);
}

TEST(spare_bodies, a_released_writer_keeps_none) {
  Service service;
  service.send();
  service.send();
  service.respond();
  service.writer.release();
  EXPECT_EQ(service.held_bytes(), 0);
}

}  // namespace

}  // namespace penstock::kinesis
