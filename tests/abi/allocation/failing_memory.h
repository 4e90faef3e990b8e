// Makes memory run out at an allocation that the test chooses. Replaces malloc and its relatives in the whole
// process, so that allocations of libcurl, OpenSSL and zlib fail too. A sanitizer has its own malloc: in its
// builds only operator new is replaced.
#pragma once

#include <cstdint>

namespace penstock::abi::memory {

enum class Mode {
  once,          // one allocation fails; the next one succeeds
  until_return,  // it and all later ones fail until the watched call has returned
};

// Resets the count of this thread's watched allocations and makes the given one fail; 0: none.
void fail(uint64_t number, Mode mode);
uint64_t allocations();  // watched ones since fail()
bool failed();           // whether one has failed since fail()
int64_t live();          // watched ones since the process started that are not freed

// Stops watching what the library of that name allocates in its own code.
void spare(const char* library);

// While an object of this class exists, allocations of its thread are watched. Put one around each call across the
// ABI.
class Watched {
 public:
  Watched();
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
};

// While an object of this class exists, allocations are neither watched nor failed: for the test's own code in a
// callback of a watched call.
class Unwatched {
 public:
  Unwatched();
  ~Unwatched();
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;

 private:
  bool was_;
};

// Prints before a crash which allocation of `label` failed. `label` must outlive the process.
void say_at_crash(const char* label);

}  // namespace penstock::abi::memory
