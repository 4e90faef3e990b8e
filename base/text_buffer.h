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

  // Copies whole blocks, and returns the end of the text. REQUIRES: kBlockBytes more than size() may be written.
  char* copy_to(char* to) const {
    const char* const bytes = bytes_.data();
    for (size_t at = 0; at < size_; at += kBlockBytes) std::memcpy(to + at, bytes + at, kBlockBytes);
    return to + size_;
  }

 private:
  std::string bytes_;
  size_t size_ = 0;
};

// A growable text, followed by kSpareBytes bytes that may be read and written, for code that works in blocks.
class TextBuffer {
 public:
  static constexpr size_t kSpareBytes = 64;

  TextBuffer() = default;
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;

  char* data() { return bytes_.get(); }
  size_t size() const { return static_cast<size_t>(end_ - bytes_.get()); }
  size_t capacity() const { return static_cast<size_t>(limit_ - bytes_.get()); }
  std::string_view view() const { return {bytes_.get(), size()}; }

  // Keeps the existing text; bytes that are added are uninitialized. The memory grows to exactly that size, and
  // never shrinks.
  void resize(size_t size) {
    if (size > capacity() || bytes_ == nullptr) {
      auto larger = std::make_unique_for_overwrite<char[]>(size + kSpareBytes);
      if (end_ != bytes_.get()) std::memcpy(larger.get(), bytes_.get(), this->size());
      bytes_ = std::move(larger);
      limit_ = bytes_.get() + size;
    }
    end_ = bytes_.get() + size;
  }

  void assign(std::string_view text) {
    clear();
    resize(text.size());
    if (!text.empty()) std::memcpy(bytes_.get(), text.data(), text.size());
  }

  // Returns the end of the text, after which at least `bytes` bytes, and kSpareBytes more, may be written.
  // end_at() then sets the new end of the text. If the memory grows, it at least doubles. REQUIRES: bytes > 0.
  char* room(size_t bytes) {
    if (static_cast<size_t>(limit_ - end_) < bytes) [[unlikely]]
      grow(bytes);
    return end_;
  }
  void end_at(char* end) { end_ = end; }

  TextBuffer& operator+=(std::string_view text) {
    if (text.empty()) return *this;
    char* const to = room(text.size());
    std::memcpy(to, text.data(), text.size());
    end_ = to + text.size();
    return *this;
  }
  TextBuffer& operator+=(char c) {
    char* const to = room(1);
    *to = c;
    end_ = to + 1;
    return *this;
  }

  TextBuffer& operator+=(const Piece& piece) {
    static_assert(Piece::kBlockBytes <= kSpareBytes);
    if (piece.empty()) return *this;
    end_ = piece.copy_to(room(piece.size()));
    return *this;
  }

  void clear() { end_ = bytes_.get(); }

  // Sets the spare bytes to NUL, for readers that stop at a NUL.
  void end_with_nul() { std::memset(end_, 0, kSpareBytes); }

  void release() {
    bytes_.reset();
    end_ = limit_ = nullptr;
  }

 private:
  [[gnu::noinline]] void grow(size_t bytes) {
    const size_t size = this->size();
    resize(std::max(size + bytes, 2 * capacity()));
    end_ = bytes_.get() + size;
  }

  // The end is a pointer, because each append reads and writes it.
  std::unique_ptr<char[]> bytes_;
  char* end_ = nullptr;    // of the text
  char* limit_ = nullptr;  // of the memory, without the spare bytes
};

}  // namespace penstock
