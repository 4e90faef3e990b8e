#include "core/aws/credentials_cache.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "tests/unit/core/fake_env.h"

namespace penstock::aws {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kHourMs = 60 * kMinuteMs;

// A provider that the test completes.
class HandProvider : public CredentialsProvider {
 public:
  explicit HandProvider(HandProvider*& self) { self = this; }
  void find(const Done& found) override {
    EXPECT_FALSE(waiting) << "asked twice at once";
    waiting = found;
    ++asked;
  }
  void answer(Result<Credentials> credentials) {
    const Done found = *std::exchange(waiting, std::nullopt);
    found(std::move(credentials));
  }

  std::optional<Done> waiting;
  int asked = 0;
};

class credentials_cache : public testing::Test {
 protected:
  Credentials keys(const std::string& id, int64_t lifetime_ms) {
    return {id, "SECRET", "", lifetime_ms == kNever ? kNever : fake_.clock.now_ms + lifetime_ms, "hand"};
  }
  // Returns the key ID that a call gets now, "waits", or "error".
  std::string get() {
    auto got = std::make_shared<std::string>("waits");
    cache_.get([this, got](const Result<Credentials>& found) {
      *got = found.ok() ? found->access_key_id : "error";
      told_.push_back(*got);
      if (!found.ok()) error_ = found.status();
    });
    return *got;
  }
  void answer(const std::string& id, int64_t lifetime_ms) { provider_->answer(keys(id, lifetime_ms)); }
  void fail() { provider_->answer(Status(Code::transient, "PS0000", "no answer from hand")); }

  FakeEnv fake_;
  ServiceClock clock_{fake_.clock};
  HandProvider* provider_ = nullptr;
  CredentialsCache cache_{fake_.env, clock_, std::make_unique<HandProvider>(provider_)};
  std::vector<std::string> told_;
  Status error_;
};

TEST_F(credentials_cache, calls_wait_for_the_first_and_ask_once) {
  EXPECT_EQ(get(), "waits");
  EXPECT_EQ(get(), "waits");
  EXPECT_EQ(provider_->asked, 1);
  answer("A", kHourMs);
  EXPECT_EQ(told_, (std::vector<std::string>{"A", "A"}));
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 1);
}

TEST_F(credentials_cache, what_never_expires_is_asked_for_once) {
  get();
  answer("A", kNever);
  fake_.clock.advance(1000 * kHourMs);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 1);
}

TEST_F(credentials_cache, calls_go_on_with_the_old_while_new_ones_are_fetched) {
  get();
  answer("A", kHourMs);
  fake_.clock.advance(kHourMs - 10 * kMinuteMs - 1);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 1);
  fake_.clock.advance(1);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 2);
  answer("B", kHourMs);
  EXPECT_EQ(get(), "B");
}

TEST_F(credentials_cache, calls_wait_once_the_old_have_expired) {
  get();
  answer("A", kHourMs);
  fake_.clock.advance(kHourMs - 1);
  EXPECT_EQ(get(), "A");
  fake_.clock.advance(1);
  EXPECT_EQ(get(), "waits");
  answer("B", kHourMs);
  EXPECT_EQ(told_.back(), "B");
}

TEST_F(credentials_cache, refresh_begins_at_a_random_moment_between_10_and_5_minutes_before_the_end) {
  std::set<int64_t> moments;
  for (uint64_t chance = 0; chance < 40; ++chance) {
    struct FixedRandom : Random {
      uint64_t next() override { return value; }
      uint64_t value = 0;
    } random;
    random.value = chance * 7'919'000;
    FakeEnv fake;
    Env env{fake.clock, random, fake.transport, fake.files, fake.env.variable, fake.env.log};
    HandProvider* provider = nullptr;
    const ServiceClock clock(fake.clock);
    CredentialsCache cache(env, clock, std::make_unique<HandProvider>(provider));
    const auto ignore = [](const Result<Credentials>&) {};
    cache.get(ignore);
    provider->answer(Credentials{"A", "S", "", kHourMs, "hand"});
    while (provider->asked == 1) {
      fake.clock.advance(1000);
      cache.get(ignore);
    }
    const int64_t before_end_ms = kHourMs - fake.clock.now_ms;
    EXPECT_LE(before_end_ms, 10 * kMinuteMs);
    EXPECT_GE(before_end_ms, 5 * kMinuteMs - 1000);
    moments.insert(before_end_ms);
  }
  EXPECT_GT(moments.size(), 20U);
}

TEST_F(credentials_cache, short_lived_ones_are_refreshed_in_their_last_half) {
  get();
  answer("A", 60'000);
  fake_.clock.advance(29'999);
  get();
  EXPECT_EQ(provider_->asked, 1);
  fake_.clock.advance(1);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 2);
}

TEST_F(credentials_cache, failed_refresh_costs_nothing_while_the_old_are_good_and_is_told) {
  get();
  answer("A", kHourMs);
  fake_.clock.advance(kHourMs - 10 * kMinuteMs);
  get();
  fail();
  EXPECT_EQ(told_, (std::vector<std::string>{"A", "A"}));
  EXPECT_NE(fake_.log.back().find("no answer from hand"), std::string::npos);
  EXPECT_NE(fake_.log.back().find("the current ones expire at 1970-01-01T01:00:00.000Z"), std::string::npos)
      << fake_.log.back();
  EXPECT_EQ(get(), "A");
}

TEST_F(credentials_cache, after_a_failure_calls_are_refused_in_a_pause_then_it_asks_again) {
  struct LastRandom : Random {
    uint64_t next() override { return 1000; }  // the longest first pause
  } random;
  Env env{fake_.clock, random, fake_.transport, fake_.files, fake_.env.variable, fake_.env.log};
  HandProvider* provider = nullptr;
  CredentialsCache cache(env, clock_, std::make_unique<HandProvider>(provider));
  std::vector<Code> codes;
  const auto note = [&](const Result<Credentials>& found) { codes.push_back(found.status().code()); };
  cache.get(note);
  provider->answer(Status(Code::transient, "PS0000", "no answer"));
  fake_.clock.advance(999);
  cache.get(note);
  EXPECT_EQ(codes, (std::vector<Code>{Code::credentials, Code::credentials}));
  EXPECT_EQ(provider->asked, 1);
  fake_.clock.advance(1);
  cache.get(note);
  EXPECT_EQ(provider->asked, 2);
}

TEST_F(credentials_cache, refused_ones_are_replaced_before_the_next_call) {
  get();
  answer("A", kHourMs);
  cache_.on_rejected("A");
  EXPECT_EQ(get(), "waits");
  answer("B", kHourMs);
  EXPECT_EQ(told_.back(), "B");
}

TEST_F(credentials_cache, late_refusals_of_replaced_ones_change_nothing) {
  get();
  answer("A", kHourMs);
  cache_.on_rejected("A");
  get();
  answer("B", kHourMs);
  cache_.on_rejected("A");
  EXPECT_EQ(get(), "B");
  EXPECT_EQ(provider_->asked, 2);
}

TEST_F(credentials_cache, refused_ones_that_come_again_are_used_but_not_fetched_all_the_time) {
  struct LongRandom : Random {
    uint64_t next() override { return 1000; }
  } random;
  Env env{fake_.clock, random, fake_.transport, fake_.files, fake_.env.variable, fake_.env.log};
  HandProvider* provider = nullptr;
  CredentialsCache cache(env, clock_, std::make_unique<HandProvider>(provider));
  std::string got;
  const auto note = [&](const Result<Credentials>& found) { got = found.ok() ? found->access_key_id : "error"; };
  cache.get(note);
  provider->answer(keys("A", kHourMs));
  cache.on_rejected("A");
  cache.get(note);
  provider->answer(keys("A", kHourMs));
  for (int i = 0; i < 10; ++i) {
    cache.on_rejected("A");
    cache.get(note);
    EXPECT_EQ(got, "A");
  }
  EXPECT_EQ(provider->asked, 2);
  fake_.clock.advance(1000);
  cache.on_rejected("A");
  cache.get(note);
  EXPECT_EQ(provider->asked, 3);
}

TEST_F(credentials_cache, ones_that_had_expired_when_they_came_are_an_error_that_speaks_of_the_clock) {
  EXPECT_EQ(get(), "waits");
  answer("A", 0);
  EXPECT_EQ(told_.back(), "error");
  EXPECT_EQ(error_.code(), Code::credentials);
  EXPECT_NE(error_.message().find("hand: the credentials have already expired; check the clock"),
            std::string::npos);
  EXPECT_NE(error_.message().find("expired at 1970-01-01T00:00:00.000Z"), std::string::npos);
  EXPECT_EQ(error_.message().find("SECRET"), std::string::npos);
}

TEST_F(credentials_cache, calls_made_by_those_that_waited_are_served_too) {
  std::string second;
  cache_.get([&](const Result<Credentials>& first) {
    EXPECT_FALSE(first.ok());
    cache_.get([&](const Result<Credentials>& found) { second = found.ok() ? found->access_key_id : "error"; });
  });
  fail();
  EXPECT_EQ(second, "") << "no pause by this chance, so it asks again";
  answer("A", kHourMs);
  EXPECT_EQ(second, "A");
}

TEST_F(credentials_cache, source_is_logged_when_it_changes_and_never_a_key) {
  get();
  answer("A", kHourMs);
  cache_.on_rejected("A");
  get();
  answer("B", kHourMs);
  EXPECT_EQ(fake_.log, (std::vector<std::string>{"using credentials from hand"}));
}

TEST_F(credentials_cache, logs_once_that_a_refresh_went_well_after_some_that_failed) {
  const std::string recovery = "credentials are refreshed again from hand";
  get();
  answer("A", kHourMs);
  fake_.clock.advance(kHourMs - 10 * kMinuteMs);
  for (int failures = 0; failures < 2; ++failures) {
    get();
    fail();
    EXPECT_NE(fake_.log.back(), recovery);
    fake_.clock.advance(kMinuteMs);
  }
  get();
  answer("B", kHourMs);
  EXPECT_EQ(fake_.log.back(), recovery);
  const size_t lines = fake_.log.size();
  fake_.clock.advance(kHourMs - 5 * kMinuteMs);
  get();
  answer("C", kHourMs);
  EXPECT_EQ(get(), "C");
  EXPECT_EQ(fake_.log.size(), lines);
}

TEST_F(credentials_cache, logs_the_source_where_the_first_try_failed) {
  get();
  fail();
  fake_.clock.advance(kMinuteMs);
  get();
  answer("A", kHourMs);
  EXPECT_EQ(fake_.log, (std::vector<std::string>{"using credentials from hand"}));
}

}  // namespace
}  // namespace penstock::aws
