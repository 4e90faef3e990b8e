#include "core/posix/file_io.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/unit/core/posix/temp_folder.h"

namespace penstock::posix {
namespace {

TEST(file_io, writing_to_a_full_disk_is_an_error_that_says_so) {
  const Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full.valid()) GTEST_SKIP() << "no /dev/full here";
  std::string_view text = "x";
  const Status status = write_all(full.get(), text, "cannot append to F");
  EXPECT_EQ(status.code(), Code::io);
  EXPECT_EQ(status.message(), "cannot append to F: No space left on device");
}

std::atomic<int> interruptions = 0;

TEST(file_io, a_write_continues_after_interruptions_and_short_writes) {
  struct sigaction interrupt = {};
  interrupt.sa_handler = [](int) { ++interruptions; };  // no SA_RESTART: writes end early or with EINTR
  struct sigaction before = {};
  sigaction(SIGUSR1, &interrupt, &before);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::string sent;
  for (size_t i = 0; i < 1'000'000; ++i) sent += static_cast<char>('a' + i % 23);
  Status status(Code::internal, "PS0000", "not run");
  std::atomic<bool> ended = false;
  std::thread writer([&] {
    std::string_view rest = sent;
    status = write_all(ends[1], rest, "writing");
    close(ends[1]);
    ended = true;
  });
  std::string received;
  char piece[4096];
  while (received.size() < sent.size()) {
    // While more data is left than a pipe holds, the writer is writing. Several signals in a row, so that some
    // arrive before it could write anything.
    for (int i = 0; i < 5 && sent.size() - received.size() > 200'000; ++i) {
      const int before_this = interruptions;
      pthread_kill(writer.native_handle(), SIGUSR1);
      // With a limit: under ThreadSanitizer the handler may run only after the write that it should interrupt.
      for (int yields = 0; yields < 1000 && interruptions == before_this && !ended; ++yields)
        std::this_thread::yield();
    }
    const ssize_t count = read(ends[0], piece, sizeof piece);
    if (count <= 0) break;
    received.append(piece, static_cast<size_t>(count));
  }
  writer.join();
  sigaction(SIGUSR1, &before, nullptr);
  close(ends[0]);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(received == sent);
}

TEST(file_io, the_folder_of_a_bare_file_name_is_the_current_one) {
  EXPECT_TRUE(sync_folder_of("name").ok());
  EXPECT_TRUE(sync_folder_of("/name").ok());
  const TempFolder folder;
  EXPECT_TRUE(sync_folder_of(folder / "name").ok());
  EXPECT_EQ(sync_folder_of(folder / "none/name").code(), Code::io);
}

}  // namespace
}  // namespace penstock::posix
