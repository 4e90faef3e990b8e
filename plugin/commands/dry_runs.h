// Dry runs of calls: the service checks permissions, parameters, and the stream, and does nothing.
// https://docs.aws.amazon.com/streams/latest/dev/kds-dryrun-validation.html
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "core/aws/service_client.h"
#include "plugin/commands/patience.h"

namespace penstock::plugin {

// Makes dry runs at a rate that the service allows for one stream, whatever streams they are for: each begins a
// second after the end of the one before.
class DryRuns {
 public:
  static constexpr int64_t kPauseMs = 1050;

  // REQUIRES: patience outlives this object.
  explicit DryRuns(Patience& patience) : patience_(patience) {}

  enum class Outcome {
    would_succeed,
    would_fail,
    ignored,  // the endpoint does not know dry runs, and has made the call
  };
  struct Result {
    Outcome outcome = Outcome::would_fail;
    Status error;  // if it would fail
  };
  // Makes a dry run of PutRecords, GetRecords, or GetShardIterator. body: that of the call itself. Retries while
  // the service throttles.
  Result run(aws::ServiceClient& client, const char* operation, std::string body);
  // Waits until another process, or another section, may make the next dry run.
  void rest();

 private:
  Patience& patience_;
  int64_t not_before_ms_ = 0;  // monotonic
};

}  // namespace penstock::plugin
