#include "fluentbit/output/timed_out_chunks.h"

#include <openssl/evp.h>

#include <new>
#include <optional>
#include <utility>

namespace penstock::fluentbit {

Fingerprint fingerprint(std::string_view tag, std::string_view data) {
  Fingerprint print;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  // The size separates tag from data: without it, "a" + "bc" would equal "ab" + "c".
  const uint64_t tag_size = tag.size();
  if (hash == nullptr || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1 ||
      EVP_DigestUpdate(hash.get(), &tag_size, sizeof tag_size) != 1 ||
      EVP_DigestUpdate(hash.get(), tag.data(), tag.size()) != 1 ||
      EVP_DigestUpdate(hash.get(), data.data(), data.size()) != 1 ||
      EVP_DigestFinal_ex(hash.get(), print.data(), nullptr) != 1)
    throw std::bad_alloc();  // it has no other reason to fail
  return print;
}

void TimedOutChunks::add(std::string_view tag, std::string_view data, std::unique_ptr<ChunkProgress>& progress,
                         int64_t now_ms) {
  Entry entry{std::string(tag), data.size(), fingerprint(tag, data), now_ms, nullptr};
  entries_.push_back(std::move(entry));
  entries_.back().progress = std::move(progress);
  forget(now_ms);
}

std::unique_ptr<ChunkProgress> TimedOutChunks::take(std::string_view tag, std::string_view data) {
  std::optional<Fingerprint> print;  // computed only on demand: it costs as much as everything else together
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->data_size != data.size() || entry->tag != tag) continue;
    if (!print) print = fingerprint(tag, data);
    if (entry->print != *print) continue;
    std::unique_ptr<ChunkProgress> progress = std::move(entry->progress);
    entries_.erase(entry);
    return progress;
  }
  return nullptr;
}

size_t TimedOutChunks::held_bytes() const {
  size_t bytes = 0;
  for (const Entry& entry : entries_) bytes += bytes_of(entry);
  return bytes;
}

// Forgets entries over the limits. Counts bytes from scratch, because receipts are freed during delivery.
void TimedOutChunks::forget(int64_t now_ms) {
  size_t bytes = held_bytes();
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool old = now_ms - entry->since_ms > max_age_ms_;
    if (!old && entries_.size() <= max_count_ && bytes <= max_bytes_) return;
    if (entry->progress->outstanding > 0) {
      ++entry;
    } else {
      bytes -= bytes_of(*entry);
      entry = entries_.erase(entry);
    }
  }
}

}  // namespace penstock::fluentbit
