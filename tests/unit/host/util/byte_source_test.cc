#include "host/util/byte_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/gzip.h"

namespace penstock::host {
namespace {

// Returns the source's result for bytes that come through a pipe, followed by "!error" if it fails.
std::string through_source(const std::string& bytes) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return "no pipe";
  EXPECT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  close(ends[1]);
  ByteSource source(ends[0]);
  std::string out;
  std::string_view piece;
  ByteSource::ReadResult result{};
  while ((result = source.next(piece)) == ByteSource::ReadResult::bytes) out += piece;
  if (result == ByteSource::ReadResult::failed) out += "!" + source.error();
  close(ends[0]);
  return out;
}

TEST(byte_source, plain_text_passes_unchanged) {
  EXPECT_EQ(through_source(""), "");
  EXPECT_EQ(through_source("x"), "x");
  EXPECT_EQ(through_source("some text\n"), "some text\n");
}

TEST(byte_source, all_members_of_gzip_data_are_inflated) {
  EXPECT_EQ(through_source(gzip("one")), "one");
  EXPECT_EQ(through_source(gzip("one") + gzip("") + gzip("two")), "onetwo");
  const std::string large(300'000, 'a');
  EXPECT_EQ(through_source(gzip(large)), large);
}

TEST(byte_source, zero_bytes_after_gzip_data_are_padding) {
  EXPECT_EQ(through_source(gzip("one") + std::string(512, '\0')), "one");
}

TEST(byte_source, valid_data_is_returned_before_an_error) {
  const std::string good = gzip("one");
  EXPECT_EQ(through_source(good + "junk"), "one!the data after the gzip data is not gzip");
  EXPECT_EQ(through_source(good + std::string(3, '\0') + good), "one!the data after the gzip data is not gzip");
  EXPECT_EQ(through_source(good.substr(0, good.size() - 1)), "one!the gzip data ends too early");
  std::string damaged = good;
  damaged[damaged.size() - 6] ^= 1;  // in the checksum
  EXPECT_EQ(through_source(damaged), "one!the gzip data is damaged");
}

TEST(byte_source, available_data_is_returned_without_waiting_for_more) {
  for (const bool compressed : {false, true}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    ByteSource source(ends[0]);
    const std::string first = compressed ? gzip("first") : "first";
    ASSERT_EQ(write(ends[1], first.data(), first.size()), static_cast<ssize_t>(first.size()));
    std::string_view piece;
    ASSERT_EQ(source.next(piece), ByteSource::ReadResult::bytes);
    EXPECT_EQ(piece, "first");
    close(ends[1]);
    EXPECT_EQ(source.next(piece), ByteSource::ReadResult::end);
    close(ends[0]);
  }
}

TEST(byte_source, an_unreadable_descriptor_is_reported) {
  ByteSource source(-1);
  std::string_view piece;
  EXPECT_EQ(source.next(piece), ByteSource::ReadResult::failed);
  EXPECT_EQ(source.error(), "cannot be read: Bad file descriptor");
}

}  // namespace
}  // namespace penstock::host
