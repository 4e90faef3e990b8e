// The option format, of the stages that take records apart.
#pragma once

#include "core/kinesis/input/unpacker.h"
#include "plugin/abi/options.h"

namespace penstock {

inline constexpr const char* kRecordFormats = "auto|cloudwatch_logs|raw";

inline RecordFormat read_record_format(const Options& options) {
  if (options.is("format", "cloudwatch_logs")) return RecordFormat::cloudwatch_logs;
  return options.is("format", "raw") ? RecordFormat::raw : RecordFormat::automatic;
}

}  // namespace penstock
