// Options for the dead letters of an input or an output, and the file made from them.
#pragma once

#include <array>
#include <memory>

#include "core/kinesis/dead_letter_file.h"
#include "plugin/abi/options.h"
#include "plugin/settings/connection.h"
#include "plugin/settings/option_errors.h"

namespace penstock::plugin {

// on_failure and type: help text and type of that option.
constexpr auto dead_letter_options(const char* on_failure, const char* type = "drop|file:PATH") {
  return std::array{
      required_option("on_failure", type, on_failure),
      option("failure_file_size", "size", "64M",
             "Size above which the dead-letter file PATH is renamed to PATH.TIME, and a new PATH is started. "
             "Renamed files are never deleted."),
      option("failure_total_size", "none|SIZE", "none",
             "Maximum size of PATH and all PATH.TIME together, at least 14M. A record whose line does not fit "
             "stays unsettled until files are moved away. none: no limit."),
  };
}

inline Status check_dead_letters(const Options& options) {
  if (options.is("failure_total_size", "none") ||
      options.size_bytes("failure_total_size") >= kinesis::DeadLetterFile::kMinTotalBytes)
    return {};
  return out_of_range(options, "failure_total_size",
                      "at least 14M, so that the line of a record of 10 MiB fits, or none for no limit");
}

inline Result<std::unique_ptr<kinesis::DeadLetterFile>> open_dead_letters(Env& env, const Options& options) {
  kinesis::DeadLetterLimits limits;
  limits.file_bytes = options.size_bytes("failure_file_size");
  if (!options.is("failure_total_size", "none")) limits.total_bytes = options.size_bytes("failure_total_size");
  return kinesis::DeadLetterFile::open(env, options.text("on_failure"), limits);
}

}  // namespace penstock::plugin
