// Gzip compression.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace penstock::kinesis {

// Compressor that keeps its state between calls, so that a record costs no allocation.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  // Appends data as one gzip member without a timestamp. Data that does not compress grows, by less than a
  // thousandth plus kGzipOverheadBytes.
  void append(std::string& out, std::string_view data);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

inline constexpr size_t kGzipOverheadBytes = 64;

}  // namespace penstock::kinesis
