#include "core/kinesis/input/stream_errors.h"

#include "base/text.h"
#include "base/time.h"

namespace penstock::kinesis {

Status lost_to_retention(const std::string& where, const std::string& details) {
  return {Code::permanent, "PS0309",
          where +
              ": records were lost, because they passed the stream's retention before they were read; extend the "
              "retention, or read faster (" +
              details + ")"};
}

Status stream_was_recreated(const StreamIdentity& stream, const std::string& positions, int64_t created_ms) {
  return {Code::config, "PS0390",
          "stream " + printable(stream.name) +
              " was deleted and created again, so nothing of it is read: the positions in " + positions +
              " are of the earlier stream; to read the new stream from its beginning, stop this process and "
              "run: penstock seek -c FILE --all --to trim_horizon --yes (created " +
              format_rfc3339(created_ms) + ", now " + format_rfc3339(stream.created_ms) + ")"};
}

}  // namespace penstock::kinesis
