// Memory from malloc, followed by a guard zone that must not change, so that every build detects a write past the
// end. The memory starts as garbage.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace penstock::test_agent {

class Zoned {
 public:
  explicit Zoned(size_t bytes) : bytes_(bytes), at_(static_cast<unsigned char*>(std::malloc(bytes + kZoneBytes))) {
    std::memset(at_.get(), kGarbage, bytes + kZoneBytes);
  }

  template <typename T = void>
  T* get() const {
    return static_cast<T*>(static_cast<void*>(at_.get()));
  }
  size_t bytes() const { return bytes_; }
  void zero() { std::memset(at_.get(), 0, bytes_); }
  // Returns whether the zone is unchanged.
  bool intact() const {
    const unsigned char* const zone = at_.get() + bytes_;
    return std::all_of(zone, zone + kZoneBytes, [](unsigned char c) { return c == kGarbage; });
  }

 private:
  static constexpr unsigned char kGarbage = 0xa5;
  static constexpr size_t kZoneBytes = 128;
  struct Free {
    void operator()(void* at) const { std::free(at); }
  };

  size_t bytes_;
  std::unique_ptr<unsigned char, Free> at_;
};

}  // namespace penstock::test_agent
