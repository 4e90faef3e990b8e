// Memory of the bodies of ended calls, for those of the next calls: new memory costs a page fault for every 4 KiB.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace penstock::kinesis {

class SpareBodies {
 public:
  // max_bytes: limit for the bodies here and those in use.
  SpareBodies(size_t max_bodies, size_t max_bytes) : max_bytes_(max_bytes) { bodies_.reserve(max_bodies); }

  // Returns an empty string with at least that capacity: kept memory, of at most twice that size, or new memory.
  std::string take(size_t capacity) {
    const auto fits = [capacity](const std::string& body) {
      return body.capacity() >= capacity && body.capacity() / 2 <= capacity;
    };
    const auto found = std::find_if(bodies_.begin(), bodies_.end(), fits);
    std::string body;
    if (found == bodies_.end()) {
      clear();  // calls have another size now
      body.reserve(capacity);
    } else {
      body = std::move(*found);
      bodies_.erase(found);
      bytes_ -= body.capacity();
      body.clear();
    }
    return body;
  }

  // Keeps the memory of a body if the limits allow it. used_bytes: memory of the bodies in use.
  void keep(std::string body, size_t used_bytes) noexcept {
    if (bodies_.size() == bodies_.capacity() || used_bytes + bytes_ + body.capacity() > max_bytes_) return;
    bytes_ += body.capacity();
    bodies_.push_back(std::move(body));
  }

  // Notes that more bodies are in use.
  void limit(size_t used_bytes) {
    if (used_bytes + bytes_ > max_bytes_) clear();
  }

  void clear() {
    bodies_.clear();
    bytes_ = 0;
  }

  size_t bytes() const { return bytes_; }  // memory that is kept

 private:
  size_t max_bytes_;
  std::vector<std::string> bodies_;  // never grows, so that keep() needs no memory
  size_t bytes_ = 0;
};

}  // namespace penstock::kinesis
