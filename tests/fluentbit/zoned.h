// Memory from malloc, followed by a guard zone that must not change, so that every build detects a write past the
// end. The memory starts as garbage.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

namespace penstock::test_agent {

class Zoned {
 public:
  explicit Zoned(size_t bytes) : bytes_(bytes), at_(static_cast<unsigned char*>(std::malloc(bytes + kZoneBytes))) {
    std::memset(at_.get(), kGarbage, bytes + kZoneBytes);
    const std::lock_guard lock(sizes_mutex());
    sizes()[at_.get()] = bytes;
  }
  ~Zoned() {
    const std::lock_guard lock(sizes_mutex());
    sizes().erase(at_.get());
  }
  Zoned(const Zoned&) = delete;
  Zoned& operator=(const Zoned&) = delete;

  template <typename T = void>
  T* get() const {
    return static_cast<T*>(static_cast<void*>(at_.get()));
  }
  size_t bytes() const { return bytes_; }
  // [thread-safe] Returns the size of the object at that address, as the agent's allocator knows it; 0 if not
  // found.
  static size_t bytes_at(const void* at) {
    const std::lock_guard lock(sizes_mutex());
    const auto found = sizes().find(at);
    return found == sizes().end() ? 0 : found->second;
  }
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
  static std::map<const void*, size_t>& sizes() {
    static std::map<const void*, size_t> all;
    return all;
  }
  static std::mutex& sizes_mutex() {
    static std::mutex mutex;
    return mutex;
  }

  size_t bytes_;
  std::unique_ptr<unsigned char, Free> at_;
};

}  // namespace penstock::test_agent
