#include "tests/soak/messages.h"

#include <gtest/gtest.h>

namespace penstock::soak {
namespace {

std::string record(const std::string& id) { return R"({"event_id":")" + id + R"(","message":"m"})"; }

// One message, put at 1000 ms, of which all events but the last have arrived.
class soak_messages : public testing::Test {
 protected:
  soak_messages() {
    messages.put(messages.make(), 1000);
    for (size_t i = 0; i + 1 < Messages::kEvents; ++i) messages.arrived(record("0-" + std::to_string(i)));
  }
  const std::string last = record("0-" + std::to_string(Messages::kEvents - 1));
  Messages messages;
};

TEST_F(soak_messages, a_message_with_a_missing_event_is_in_flight) {
  EXPECT_EQ(messages.missing_events(), 1u);
  EXPECT_EQ(messages.open(), 1u);
  EXPECT_EQ(messages.lag_ms(1500), 500);
  messages.arrived(last);
  EXPECT_EQ(messages.missing_events(), 0u);
  EXPECT_EQ(messages.open(), 0u);
  EXPECT_EQ(messages.lag_ms(1500), 0);
  EXPECT_EQ(messages.twice(), 0u);
}

TEST_F(soak_messages, a_duplicate_event_does_not_replace_a_missing_one) {
  messages.arrived(record("0-7"));
  EXPECT_EQ(messages.missing_events(), 1u);
  EXPECT_EQ(messages.twice(), 1u);
  messages.arrived(last);
  messages.arrived(last);
  EXPECT_EQ(messages.twice(), 2u) << "also after its whole message has arrived";
}

TEST_F(soak_messages, records_of_events_that_were_never_put_are_counted) {
  for (const char* id : {"", "0", "0-", "0-200", "1-0", "x-1", "0-1x"}) messages.arrived(record(id));
  EXPECT_EQ(messages.unknown(), 7u);
  EXPECT_EQ(messages.missing_events(), 1u);
}

}  // namespace
}  // namespace penstock::soak
