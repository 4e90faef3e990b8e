// Options for the dead letters of an input or an output, and the file made from them.
#pragma once

#include <array>
#include <memory>

#include "core/kinesis/dead_letter_file.h"
#include "plugin/abi/options.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

// on_failure: help text of that option.
constexpr auto dead_letter_options(const char* on_failure) {
  return std::array{
      required_option("on_failure", "drop|file:PATH", on_failure),
      option("failure_file_size", "size", "64M",
             "Size above which the file of on_failure is renamed to PATH.TIME and a new PATH is started. Renamed "
             "files "
             "are never deleted."),
      option("failure_total_size", "none|SIZE", "none",
             "Most that PATH and all PATH.TIME may hold together. 14M at least. A "
             "record whose line does not fit counts as unread until files were moved away."),
  };
}

inline Status check_dead_letters(const Options& options) {
  if (options.is("failure_total_size", "none") ||
      options.size_bytes("failure_total_size") >= kinesis::DeadLetterFile::kMinTotalBytes)
    return {};
  return {Code::config, "PS0118",
          "failure_total_size is " + options.text("failure_total_size") +
              ", but the line of a record of 10 MiB must fit: 14M is the minimum, and none sets no "
              "limit"};
}

inline Result<std::unique_ptr<kinesis::DeadLetterFile>> open_dead_letters(Env& env, const Options& options) {
  kinesis::DeadLetterLimits limits;
  limits.file_bytes = options.size_bytes("failure_file_size");
  if (!options.is("failure_total_size", "none")) limits.total_bytes = options.size_bytes("failure_total_size");
  return kinesis::DeadLetterFile::open(env, options.text("on_failure"), limits);
}

}  // namespace penstock::plugin
