// Memory that runs out where a test wants it to: malloc and its kin of the whole process, so that libcurl, OpenSSL
// and zlib meet it too. Under a sanitizer, which has a malloc of its own, operator new alone.
#pragma once

#include <cstdint>

namespace penstock::abi::memory {

enum class Mode {
  once,        // one allocation fails, the next goes well
  until_back,  // it and all behind it fail until the watched call has returned
};

// From now on the watched allocations of this thread are counted anew, and that one fails; 0: none does.
void fail(uint64_t number, Mode mode);
uint64_t allocations();  // watched since then
bool failed();           // since then
int64_t live();          // watched ones of all times that nobody has freed

// What the library of that name allocates by itself, in its own code, is not watched any more.
void spare(const char* library);

// While one lives, what its thread allocates is watched: around a call across the ABI.
class Watched {
 public:
  Watched();
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
};

// In a callback of such a call: the test's own memory is neither watched nor short.
class Unwatched {
 public:
  Unwatched();
  ~Unwatched();
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;

 private:
  bool was_;
};

// What a crash prints before the process dies: which allocation of what had failed. label must outlive the
// process.
void say_at_crash(const char* label);

}  // namespace penstock::abi::memory
