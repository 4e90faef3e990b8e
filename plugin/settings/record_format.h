// The option format of the stages that decode records.
#pragma once

#include "core/kinesis/input/record_decoder.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

inline constexpr const char* kRecordFormats = "auto|cloudwatch_logs|raw";

inline kinesis::RecordFormat read_record_format(const Options& options) {
  if (options.is("format", "cloudwatch_logs")) return kinesis::RecordFormat::cloudwatch_logs;
  return options.is("format", "raw") ? kinesis::RecordFormat::raw : kinesis::RecordFormat::automatic;
}

}  // namespace penstock::plugin
