// A text buffer that leaves new memory uninitialized, because it is overwritten at once. A std::string fills new
// memory with zeros, and doubles its capacity to grow.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace penstock {

// Text that is appended repeatedly. It is stored in whole blocks, which are copied without a function call.
class Piece {
 public:
  static constexpr size_t kBlockBytes = 16;

  explicit Piece(std::string_view text = {}) { assign(text); }

  void assign(std::string_view text) {
    bytes_ = text;
    size_ = text.size();
    bytes_.resize((size_ + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  const char* data() const { return bytes_.data(); }  // padded to whole blocks

 private:
  std::string bytes_;
  size_t size_ = 0;
};

// A growable text, followed by kSpareBytes bytes that may be read and written, for code that works in blocks.
class TextBuffer {
 public:
  static constexpr size_t kSpareBytes = 64;

  char* data() { return bytes_.get(); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  std::string_view view() const { return {bytes_.get(), size_}; }

  // Keeps the existing text; bytes that are added are uninitialized. The memory grows to exactly that size, and
  // never shrinks.
  void resize(size_t size) {
    if (size > capacity_ || bytes_ == nullptr) {
      auto larger = std::make_unique_for_overwrite<char[]>(size + kSpareBytes);
      if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
      bytes_ = std::move(larger);
      capacity_ = size;
    }
    size_ = size;
  }

  void assign(std::string_view text) {
    size_ = 0;
    resize(text.size());
    if (!text.empty()) std::memcpy(bytes_.get(), text.data(), text.size());
  }

  // Returns the end of the text, after which at least `bytes` bytes, and kSpareBytes more, may be written.
  // end_at() then sets the new end of the text. If the memory grows, it at least doubles.
  char* room(size_t bytes) {
    if (capacity_ - size_ < bytes || bytes_ == nullptr) {
      const size_t size = size_;
      resize(std::max(size_ + bytes, 2 * capacity_));
      size_ = size;
    }
    return bytes_.get() + size_;
  }
  void end_at(const char* end) { size_ = static_cast<size_t>(end - bytes_.get()); }

  TextBuffer& operator+=(std::string_view text) {
    char* const to = room(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  TextBuffer& operator+=(char c) {
    *room(1) = c;
    ++size_;
    return *this;
  }

  TextBuffer& operator+=(const Piece& piece) {
    static_assert(Piece::kBlockBytes <= kSpareBytes);
    char* const to = room(piece.size());
    for (size_t at = 0; at < piece.size(); at += Piece::kBlockBytes)
      std::memcpy(to + at, piece.data() + at, Piece::kBlockBytes);
    size_ += piece.size();
    return *this;
  }

  void clear() { size_ = 0; }

  // Sets the spare bytes to NUL, for readers that stop at a NUL.
  void end_with_nul() { std::memset(bytes_.get() + size_, 0, kSpareBytes); }

  void release() { *this = TextBuffer(); }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace penstock
