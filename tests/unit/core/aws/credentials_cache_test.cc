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
class ManualProvider : public CredentialsProvider {
 public:
  explicit ManualProvider(ManualProvider*& self) { self = this; }
  void find(const Done& found) override {
    EXPECT_FALSE(waiting) << "two concurrent requests";
    waiting = found;
    ++asked;
  }
  void respond(Result<Credentials> credentials) {
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
  void respond(const std::string& id, int64_t lifetime_ms) { provider_->respond(keys(id, lifetime_ms)); }
  void fail() { provider_->respond(Status(Code::transient, "PS0000", "no answer from hand")); }

  FakeEnv fake_;
  ServiceClock clock_{fake_.clock};
  ManualProvider* provider_ = nullptr;
  CredentialsCache cache_{fake_.env, clock_, std::make_unique<ManualProvider>(provider_)};
  std::vector<std::string> told_;
  Status error_;
};

TEST_F(credentials_cache, concurrent_calls_wait_for_one_request_for_credentials) {
  EXPECT_EQ(get(), "waits");
  EXPECT_EQ(get(), "waits");
  EXPECT_EQ(provider_->asked, 1);
  respond("A", kHourMs);
  EXPECT_EQ(told_, (std::vector<std::string>{"A", "A"}));
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 1);
}

TEST_F(credentials_cache, credentials_that_never_expire_are_requested_once) {
  get();
  respond("A", kNever);
  fake_.clock.advance(1000 * kHourMs);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 1);
}

TEST_F(credentials_cache, the_expiration_time_is_known_while_there_are_credentials_that_expire) {
  EXPECT_EQ(cache_.expires_at_ms(), std::nullopt);
  get();
  respond("A", kHourMs);
  EXPECT_EQ(cache_.expires_at_ms(), fake_.clock.now_ms + kHourMs);
  fake_.clock.advance(kHourMs);
  get();
  respond("B", kNever);
  EXPECT_EQ(cache_.expires_at_ms(), std::nullopt);
}

TEST_F(credentials_cache, calls_use_old_credentials_during_a_refresh) {
  get();
  respond("A", kHourMs);
  fake_.clock.advance(kHourMs - 10 * kMinuteMs - 1);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 1);
  fake_.clock.advance(1);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 2);
  respond("B", kHourMs);
  EXPECT_EQ(get(), "B");
}

TEST_F(credentials_cache, calls_wait_after_the_old_credentials_have_expired) {
  get();
  respond("A", kHourMs);
  fake_.clock.advance(kHourMs - 1);
  EXPECT_EQ(get(), "A");
  fake_.clock.advance(1);
  EXPECT_EQ(get(), "waits");
  respond("B", kHourMs);
  EXPECT_EQ(told_.back(), "B");
}

TEST_F(credentials_cache, a_refresh_starts_at_random_10_to_5_minutes_before_the_expiration) {
  std::set<int64_t> moments;
  for (uint64_t chance = 0; chance < 40; ++chance) {
    struct FixedRandom : Random {
      uint64_t next() override { return value; }
      uint64_t value = 0;
    } random;
    random.value = chance * 7'919'000;
    FakeEnv fake;
    Env env{fake.clock, random, fake.transport, fake.files, fake.env.variable, fake.env.log};
    ManualProvider* provider = nullptr;
    const ServiceClock clock(fake.clock);
    CredentialsCache cache(env, clock, std::make_unique<ManualProvider>(provider));
    const auto ignore = [](const Result<Credentials>&) {};
    cache.get(ignore);
    provider->respond(Credentials{"A", "S", "", kHourMs, "hand"});
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

TEST_F(credentials_cache, short_lived_credentials_are_refreshed_in_their_second_half) {
  get();
  respond("A", 60'000);
  fake_.clock.advance(29'999);
  get();
  EXPECT_EQ(provider_->asked, 1);
  fake_.clock.advance(1);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(provider_->asked, 2);
}

TEST_F(credentials_cache, a_failed_refresh_is_reported_and_harmless_while_credentials_are_valid) {
  get();
  respond("A", kHourMs);
  fake_.clock.advance(kHourMs - 10 * kMinuteMs);
  get();
  fail();
  EXPECT_EQ(told_, (std::vector<std::string>{"A", "A"}));
  EXPECT_NE(fake_.log.back().find("no answer from hand"), std::string::npos);
  EXPECT_NE(fake_.log.back().find("the current ones expire at 1970-01-01T01:00:00.000Z"), std::string::npos)
      << fake_.log.back();
  EXPECT_EQ(get(), "A");
}

TEST_F(credentials_cache, after_a_failure_calls_fail_during_a_pause_and_then_retry) {
  struct LastRandom : Random {
    uint64_t next() override { return 1000; }  // the longest first pause
  } random;
  Env env{fake_.clock, random, fake_.transport, fake_.files, fake_.env.variable, fake_.env.log};
  ManualProvider* provider = nullptr;
  CredentialsCache cache(env, clock_, std::make_unique<ManualProvider>(provider));
  std::vector<Code> codes;
  const auto note = [&](const Result<Credentials>& found) { codes.push_back(found.status().code()); };
  cache.get(note);
  provider->respond(Status(Code::transient, "PS0000", "no answer"));
  fake_.clock.advance(999);
  cache.get(note);
  EXPECT_EQ(codes, (std::vector<Code>{Code::credentials, Code::credentials}));
  EXPECT_EQ(provider->asked, 1);
  fake_.clock.advance(1);
  cache.get(note);
  EXPECT_EQ(provider->asked, 2);
}

TEST_F(credentials_cache, rejected_credentials_are_replaced_before_the_next_call) {
  get();
  respond("A", kHourMs);
  cache_.on_rejected("A");
  EXPECT_EQ(get(), "waits");
  respond("B", kHourMs);
  EXPECT_EQ(told_.back(), "B");
}

TEST_F(credentials_cache, late_rejections_of_replaced_credentials_are_ignored) {
  get();
  respond("A", kHourMs);
  cache_.on_rejected("A");
  get();
  respond("B", kHourMs);
  cache_.on_rejected("A");
  EXPECT_EQ(get(), "B");
  EXPECT_EQ(provider_->asked, 2);
}

TEST_F(credentials_cache, rejected_credentials_returned_again_are_used_but_not_constantly_fetched) {
  struct LongRandom : Random {
    uint64_t next() override { return 1000; }
  } random;
  Env env{fake_.clock, random, fake_.transport, fake_.files, fake_.env.variable, fake_.env.log};
  ManualProvider* provider = nullptr;
  CredentialsCache cache(env, clock_, std::make_unique<ManualProvider>(provider));
  std::string got;
  const auto note = [&](const Result<Credentials>& found) { got = found.ok() ? found->access_key_id : "error"; };
  cache.get(note);
  provider->respond(keys("A", kHourMs));
  cache.on_rejected("A");
  cache.get(note);
  provider->respond(keys("A", kHourMs));
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

TEST_F(credentials_cache, credentials_expired_on_arrival_are_an_error_that_mentions_the_clock) {
  EXPECT_EQ(get(), "waits");
  respond("A", 0);
  EXPECT_EQ(told_.back(), "error");
  EXPECT_EQ(error_.code(), Code::credentials);
  EXPECT_NE(error_.message().find("hand: the credentials have already expired; check the clock"),
            std::string::npos);
  EXPECT_NE(error_.message().find("expired at 1970-01-01T00:00:00.000Z"), std::string::npos);
  EXPECT_EQ(error_.message().find("SECRET"), std::string::npos);
}

TEST_F(credentials_cache, calls_started_by_waiting_callbacks_are_served_too) {
  std::string second;
  cache_.get([&](const Result<Credentials>& first) {
    EXPECT_FALSE(first.ok());
    cache_.get([&](const Result<Credentials>& found) { second = found.ok() ? found->access_key_id : "error"; });
  });
  fail();
  EXPECT_EQ(second, "") << "the random pause is 0, so it is requested again";
  respond("A", kHourMs);
  EXPECT_EQ(second, "A");
}

TEST_F(credentials_cache, a_change_of_the_credentials_source_is_logged_without_keys) {
  get();
  respond("A", kHourMs);
  cache_.on_rejected("A");
  get();
  respond("B", kHourMs);
  EXPECT_EQ(fake_.log, (std::vector<std::string>{"using credentials from hand"}));
}

TEST_F(credentials_cache, the_recovery_of_a_refresh_is_logged_once) {
  const std::string recovery = "credentials are refreshed again from hand";
  get();
  respond("A", kHourMs);
  fake_.clock.advance(kHourMs - 10 * kMinuteMs);
  for (int failures = 0; failures < 2; ++failures) {
    get();
    fail();
    EXPECT_NE(fake_.log.back(), recovery);
    fake_.clock.advance(kMinuteMs);
  }
  get();
  respond("B", kHourMs);
  EXPECT_EQ(fake_.log.back(), recovery);
  const size_t lines = fake_.log.size();
  fake_.clock.advance(kHourMs - 5 * kMinuteMs);
  get();
  respond("C", kHourMs);
  EXPECT_EQ(get(), "C");
  EXPECT_EQ(fake_.log.size(), lines);
}

TEST_F(credentials_cache, the_credentials_source_is_logged_if_the_first_attempt_failed) {
  get();
  fail();
  fake_.clock.advance(kMinuteMs);
  get();
  respond("A", kHourMs);
  EXPECT_EQ(fake_.log, (std::vector<std::string>{"using credentials from hand"}));
}

}  // namespace
}  // namespace penstock::aws
