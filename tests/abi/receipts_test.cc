#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/abi/library.h"

namespace {

constexpr size_t kSize = PENSTOCK_RECEIPT_BYTES;

class receipts : public testing::Test {
 protected:
  void SetUp() override {
    calls = penstock::abi::module()->receipts;
    ASSERT_NE(calls, nullptr);
    ASSERT_EQ(calls->open(&ledger, nullptr), PENSTOCK_OK);
  }
  void TearDown() override { calls->close(ledger); }

  // Returns the receipts of a batch.
  std::vector<std::string> issue(uint64_t ack_id, uint64_t count) {
    std::string text(count * kSize, '\0');
    EXPECT_EQ(calls->issue(ledger, ack_id, count, text.data(), nullptr), PENSTOCK_OK);
    std::vector<std::string> out;
    for (size_t i = 0; i < count; ++i) out.push_back(text.substr(i * kSize, kSize));
    return out;
  }

  int32_t redeem(const std::string& receipt, int32_t outcome = PENSTOCK_DELIVERED) {
    return calls->redeem({receipt.data(), receipt.size()}, outcome);
  }

  using Settled = std::vector<std::pair<uint64_t, int32_t>>;
  Settled settled() {
    Settled out;
    const auto add = [](void* ctx, uint64_t ack_id, int32_t outcome) {
      static_cast<Settled*>(ctx)->emplace_back(ack_id, outcome);
    };
    EXPECT_EQ(calls->settled(ledger, add, &out), PENSTOCK_OK);
    return out;
  }

  const penstock_receipts* calls = nullptr;
  penstock_ledger* ledger = nullptr;
};

TEST_F(receipts, a_batch_is_settled_once_when_its_last_receipt_is_redeemed) {
  const auto batch = issue(7, 3);
  EXPECT_EQ(redeem(batch[2]), PENSTOCK_OK);
  EXPECT_EQ(redeem(batch[0]), PENSTOCK_OK);
  EXPECT_EQ(settled(), Settled());
  EXPECT_EQ(redeem(batch[1]), PENSTOCK_OK);
  EXPECT_EQ(settled(), (Settled{{7, PENSTOCK_DELIVERED}}));
  EXPECT_EQ(settled(), Settled());
}

TEST_F(receipts, a_receipt_counts_only_once) {
  const auto batch = issue(7, 2);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(redeem(batch[0]), PENSTOCK_OK);
  EXPECT_EQ(settled(), Settled());
  EXPECT_EQ(redeem(batch[1]), PENSTOCK_OK);
  EXPECT_EQ(redeem(batch[1]), PENSTOCK_OK);
  EXPECT_EQ(settled(), (Settled{{7, PENSTOCK_DELIVERED}}));
}

TEST_F(receipts, a_batch_with_a_dead_lettered_record_reports_that) {
  const auto batch = issue(7, 2);
  redeem(batch[0], PENSTOCK_DEAD_LETTERED);
  redeem(batch[1], PENSTOCK_DELIVERED);
  EXPECT_EQ(settled(), (Settled{{7, PENSTOCK_DEAD_LETTERED}}));
}

TEST_F(receipts, a_receipt_with_one_changed_bit_is_rejected) {
  const auto batch = issue(7, 1);
  for (size_t bit = 0; bit < kSize * 8; ++bit) {
    std::string forged = batch[0];
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(redeem(forged), PENSTOCK_E_INVALID) << "bit " << bit;
  }
  EXPECT_EQ(settled(), Settled());
}

TEST_F(receipts, data_that_is_not_a_receipt_is_rejected) {
  const std::string receipt = issue(7, 1)[0];
  EXPECT_EQ(redeem(""), PENSTOCK_E_INVALID);
  EXPECT_EQ(redeem(receipt.substr(1)), PENSTOCK_E_INVALID);
  EXPECT_EQ(redeem(receipt + "x"), PENSTOCK_E_INVALID);
  EXPECT_EQ(redeem(std::string(kSize, '\0')), PENSTOCK_E_INVALID);
  EXPECT_EQ(redeem(receipt, PENSTOCK_RELEASED), PENSTOCK_E_INVALID);
  EXPECT_EQ(calls->redeem({nullptr, 0}, PENSTOCK_DELIVERED), PENSTOCK_E_INVALID);
  EXPECT_EQ(settled(), Settled());
}

TEST_F(receipts, receipts_of_a_closed_ledger_are_rejected) {
  penstock_ledger* other = nullptr;
  ASSERT_EQ(calls->open(&other, nullptr), PENSTOCK_OK);
  std::string receipt(kSize, '\0');
  ASSERT_EQ(calls->issue(other, 7, 1, receipt.data(), nullptr), PENSTOCK_OK);
  calls->close(other);
  EXPECT_EQ(redeem(receipt), PENSTOCK_E_INVALID);
}

TEST_F(receipts, each_ledger_reports_its_own_batches) {
  penstock_ledger* other = nullptr;
  ASSERT_EQ(calls->open(&other, nullptr), PENSTOCK_OK);
  std::string receipt(kSize, '\0');
  ASSERT_EQ(calls->issue(other, 7, 1, receipt.data(), nullptr), PENSTOCK_OK);
  issue(7, 1);
  EXPECT_EQ(redeem(receipt), PENSTOCK_OK);
  EXPECT_EQ(settled(), Settled());
  calls->close(other);
}

TEST_F(receipts, all_receipts_are_different) {
  std::set<std::string> seen;
  for (uint64_t ack_id = 1; ack_id <= 50; ++ack_id)
    for (const std::string& receipt : issue(ack_id, 20)) EXPECT_TRUE(seen.insert(receipt).second);
}

TEST_F(receipts, receipts_may_be_redeemed_on_many_threads_while_more_are_issued) {
  const auto batch = issue(7, 4000);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = t; i < batch.size(); i += 4) redeem(batch[i]);
    });
  for (uint64_t ack_id = 100; ack_id < 200; ++ack_id) issue(ack_id, 3);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(settled(), (Settled{{7, PENSTOCK_DELIVERED}}));
}

TEST_F(receipts, misuse_of_receipts_is_reported) {
  char receipt[kSize];
  penstock_error error = {};
  error.struct_size = sizeof error;
  EXPECT_EQ(calls->open(nullptr, &error), PENSTOCK_E_INVALID);
  EXPECT_STRNE(error.text, "");
  EXPECT_EQ(calls->issue(nullptr, 1, 1, receipt, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(calls->issue(ledger, 1, 0, receipt, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(calls->issue(ledger, 1, 1, nullptr, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(calls->settled(ledger, nullptr, nullptr), PENSTOCK_E_INVALID);
  calls->close(nullptr);
}

}  // namespace
