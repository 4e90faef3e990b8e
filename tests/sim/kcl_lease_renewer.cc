#include "tests/sim/kcl_lease_renewer.h"

namespace penstock::sim {

using dynamodb::Kcl2Lease, dynamodb::KclError;

void KclLeaseRenewer::add(const Kcl2Lease& taken) { held_[taken.key] = {taken, ++last_token_, clock_.unix_ms()}; }

void KclLeaseRenewer::renew_all() {
  for (auto entry = held_.begin(); entry != held_.end();) {
    Held& held = entry->second;
    bool renewed = false;
    try {
      renewed = !has_expired(held) && kcl_.renew(held.lease);
      if (renewed) held.renewed_ms = clock_.unix_ms();
    } catch (const KclError&) {
      renewed = true;  // it is unknown whether
    }
    entry = renewed ? std::next(entry) : held_.erase(entry);
  }
}

const KclLeaseRenewer::Held* KclLeaseRenewer::find(const std::string& key) const {
  const auto held = held_.find(key);
  return held == held_.end() || has_expired(held->second) ? nullptr : &held->second;
}

bool KclLeaseRenewer::checkpoint(const std::string& key, uint64_t token, const std::string& sequence_number,
                                 int64_t sub_sequence_number) {
  if (find(key) == nullptr || held_[key].token != token) return false;
  Held& held = held_[key];
  if (!kcl_.checkpoint(held.lease, sequence_number, sub_sequence_number)) {
    held_.erase(key);
    return false;
  }
  held.renewed_ms = clock_.unix_ms();
  return true;
}

}  // namespace penstock::sim
