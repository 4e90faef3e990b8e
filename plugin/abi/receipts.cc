#include "plugin/abi/receipts.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/crypto.h"
#include "plugin/abi/instance.h"

namespace {

// A receipt: the claim, and the proof that this process issued it.
struct Receipt {
  struct Claim {
    uint64_t ledger;
    uint64_t ack_id;
    uint64_t index;  // index of the record in its batch
  } claim;
  std::array<uint8_t, 16> proof;
};
static_assert(sizeof(Receipt) == PENSTOCK_RECEIPT_BYTES);

// A batch with receipts that are not yet redeemed.
struct Open {
  std::vector<bool> redeemed;
  uint64_t missing;
  int32_t outcome = PENSTOCK_DELIVERED;
};

}  // namespace

struct penstock_ledger {
  uint64_t number;
  std::map<uint64_t, Open> open;  // by ack_id
  std::vector<std::pair<uint64_t, int32_t>> settled;
};

namespace penstock::plugin {

namespace {

// One per process: a receipt must find the input that issued it.
class ReceiptRegistry {
 public:
  ReceiptRegistry() {
    if (RAND_bytes(secret_.data(), static_cast<int>(secret_.size())) != 1) throw std::bad_alloc();
  }

  penstock_ledger* open() {
    const std::lock_guard lock(mutex_);
    auto ledger = std::make_unique<penstock_ledger>();
    ledger->number = ++last_number_;
    penstock_ledger* const out = ledger.get();
    ledgers_.emplace(out->number, std::move(ledger));
    return out;
  }

  void close(penstock_ledger* ledger) {
    const std::lock_guard lock(mutex_);
    ledgers_.erase(ledger->number);
  }

  void issue(penstock_ledger& ledger, uint64_t ack_id, uint64_t record_count, char* receipts) {
    for (uint64_t i = 0; i < record_count; ++i) {
      Receipt receipt{{ledger.number, ack_id, i}, {}};
      receipt.proof = proof(receipt.claim);
      std::memcpy(receipts + i * sizeof receipt, &receipt, sizeof receipt);
    }
    const std::lock_guard lock(mutex_);
    ledger.open.insert_or_assign(ack_id, Open{std::vector<bool>(record_count), record_count});
  }

  bool redeem(std::string_view text, int32_t outcome) {
    Receipt receipt;
    if (text.size() != sizeof receipt) return false;
    std::memcpy(&receipt, text.data(), sizeof receipt);
    const auto expected = proof(receipt.claim);
    if (CRYPTO_memcmp(expected.data(), receipt.proof.data(), expected.size()) != 0) return false;

    const std::lock_guard lock(mutex_);
    const auto ledger = ledgers_.find(receipt.claim.ledger);
    if (ledger == ledgers_.end()) return false;
    const auto batch = ledger->second->open.find(receipt.claim.ack_id);
    if (batch == ledger->second->open.end()) return true;
    Open& open = batch->second;
    if (open.redeemed[receipt.claim.index]) return true;
    if (outcome == PENSTOCK_DEAD_LETTERED) open.outcome = outcome;
    // What can fail for lack of memory comes first.
    if (open.missing == 1) ledger->second->settled.emplace_back(receipt.claim.ack_id, open.outcome);
    open.redeemed[receipt.claim.index] = true;
    if (--open.missing == 0) ledger->second->open.erase(batch);
    return true;
  }

  std::vector<std::pair<uint64_t, int32_t>> settled(penstock_ledger& ledger) {
    const std::lock_guard lock(mutex_);
    return std::exchange(ledger.settled, {});
  }

 private:
  std::array<uint8_t, 16> proof(const Receipt::Claim& claim) const {
    std::array<char, sizeof claim> said;
    std::memcpy(said.data(), &claim, sizeof claim);
    const Sha256 mac =
        hmac_sha256({reinterpret_cast<const char*>(secret_.data()), secret_.size()}, {said.data(), said.size()});
    std::array<uint8_t, 16> out;
    std::memcpy(out.data(), mac.data(), out.size());
    return out;
  }

  std::array<uint8_t, 32> secret_;
  std::mutex mutex_;
  std::map<uint64_t, std::unique_ptr<penstock_ledger>> ledgers_;
  uint64_t last_number_ = 0;
};

ReceiptRegistry& registry() {
  static ReceiptRegistry only;
  return only;
}

// Runs body, and converts an exception to a code.
template <typename Body>
int32_t guarded(penstock_error* error, Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return set_error(error, PENSTOCK_E_MEMORY, true, "PS0001", kOutOfMemory);
  } catch (...) {
    return set_error(error, PENSTOCK_E_INTERNAL, false, "PS0002", "unexpected exception: please report it");
  }
}

int32_t open(penstock_ledger** out, penstock_error* error) {
  if (out == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "out is NULL");
  *out = nullptr;
  return guarded(error, [&] {
    *out = registry().open();
    return int32_t{PENSTOCK_OK};
  });
}

int32_t issue(penstock_ledger* self, uint64_t ack_id, uint64_t record_count, char* receipts,
              penstock_error* error) {
  if (self == nullptr || receipts == nullptr)
    return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "self or receipts is NULL");
  if (record_count == 0) return set_error(error, PENSTOCK_E_INVALID, false, "PS0076", "record_count is 0");
  return guarded(error, [&] {
    registry().issue(*self, ack_id, record_count, receipts);
    return int32_t{PENSTOCK_OK};
  });
}

int32_t redeem(penstock_bytes receipt, int32_t outcome) {
  if (outcome != PENSTOCK_DELIVERED && outcome != PENSTOCK_DEAD_LETTERED) return PENSTOCK_E_INVALID;
  return guarded(nullptr, [&] {
    return int32_t{registry().redeem(view(receipt), outcome) ? PENSTOCK_OK : PENSTOCK_E_INVALID};
  });
}

int32_t settled(penstock_ledger* self, penstock_settled_fn tell_settled, void* ctx) {
  if (self == nullptr || tell_settled == nullptr) return PENSTOCK_E_INVALID;
  return guarded(nullptr, [&] {
    for (const auto& [ack_id, outcome] : registry().settled(*self)) tell_settled(ctx, ack_id, outcome);
    return int32_t{PENSTOCK_OK};
  });
}

void close(penstock_ledger* self) {
  if (self != nullptr) guarded(nullptr, [&] { return registry().close(self), int32_t{PENSTOCK_OK}; });
}

}  // namespace

constinit const penstock_receipts kReceipts = {sizeof(penstock_receipts), 0, open, issue, redeem, settled, close};

}  // namespace penstock::plugin
