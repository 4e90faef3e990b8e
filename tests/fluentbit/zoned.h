// Memory from malloc, followed by a guard zone that must not change, so that every build detects a write past the
// end. The memory starts as garbage. Its size is in front of it, for the allocator's function that returns it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace penstock::test_agent {

class Zoned {
 public:
  explicit Zoned(size_t bytes)
      : bytes_(bytes), block_(static_cast<unsigned char*>(std::malloc(kSizeBytes + bytes + kZoneBytes))) {
    std::memset(block_.get(), kGarbage, kSizeBytes + bytes + kZoneBytes);
    std::memcpy(block_.get(), &bytes_, sizeof bytes_);
  }

  template <typename T = void>
  T* get() const {
    return static_cast<T*>(static_cast<void*>(block_.get() + kSizeBytes));
  }
  size_t bytes() const { return bytes_; }
  // REQUIRES: at is what get() of an object returns.
  static size_t bytes_at(const void* at) {
    size_t bytes;
    std::memcpy(&bytes, static_cast<const unsigned char*>(at) - kSizeBytes, sizeof bytes);
    return bytes;
  }
  void zero() { std::memset(get(), 0, bytes_); }
  // Returns whether the zone is unchanged.
  bool intact() const {
    const unsigned char* const zone = block_.get() + kSizeBytes + bytes_;
    return std::all_of(zone, zone + kZoneBytes, [](unsigned char c) { return c == kGarbage; });
  }

 private:
  static constexpr unsigned char kGarbage = 0xa5;
  static constexpr size_t kSizeBytes = 16;  // keeps the alignment
  static constexpr size_t kZoneBytes = 128;
  struct Free {
    void operator()(void* at) const { std::free(at); }
  };

  size_t bytes_;
  std::unique_ptr<unsigned char, Free> block_;
};

}  // namespace penstock::test_agent
