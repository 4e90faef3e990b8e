// A server in a process of its own that takes every PutRecords call over TLS and answers at once that all of its
// records are taken, so that what a client's process spends is the client's alone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "tests/e2e/messages.h"

namespace penstock {

class TlsSink {
 public:
  // What was taken until now, by the sink's own count.
  struct Taken {
    uint64_t calls;
    uint64_t records;
    uint64_t wire_bytes_in;  // of TCP: the client's handshakes, headers and bodies, encrypted
    uint64_t wire_bytes_out;
  };

  // Forks, so the caller has one thread yet. Ends the program where that cannot be done. The sink ends with this
  // object, or with the process that made it.
  TlsSink();
  ~TlsSink();
  TlsSink(const TlsSink&) = delete;
  TlsSink& operator=(const TlsSink&) = delete;

  std::string url() const;                                 // on loopback, at a port that the system chose
  const std::string& ca_file() const { return ca_file_; }  // PEM; the certificate is of this run alone
  Taken taken() const;

 private:
  struct Shared;

  e2e::TemporaryFolder folder_;
  std::string ca_file_;
  int port_ = 0;
  pid_t process_ = -1;
  Shared* shared_;  // with the sink's process
};

}  // namespace penstock
