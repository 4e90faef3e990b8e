// A server in another process that accepts every PutRecords call over TLS and at once responds that all records
// succeeded. The processor time of this process is therefore the client's alone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "tests/e2e/messages.h"

namespace penstock {

class TlsSink {
 public:
  // The sink's own counts so far.
  struct Taken {
    uint64_t calls;
    uint64_t records;
    uint64_t wire_bytes_in;  // TCP payload: the client's handshakes, headers, and bodies, encrypted
    uint64_t wire_bytes_out;
  };

  // Forks a process for the sink; exits the program if that fails. The sink ends with this object, or with the
  // process that created it. REQUIRES: the process has only one thread.
  TlsSink();
  ~TlsSink();
  TlsSink(const TlsSink&) = delete;
  TlsSink& operator=(const TlsSink&) = delete;

  std::string url() const;                                 // on loopback, at a port that the system chose
  const std::string& ca_file() const { return ca_file_; }  // PEM; the certificate is generated for this run
  Taken taken() const;

 private:
  struct Shared;

  e2e::TemporaryFolder folder_;
  std::string ca_file_;
  int port_ = 0;
  pid_t process_ = -1;
  Shared* shared_;  // shared with the sink's process
};

}  // namespace penstock
