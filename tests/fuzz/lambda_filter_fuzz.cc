// The whole filter: any event becomes one record of which nothing is lost, and its neighbours do not notice.
// The first three bytes choose the options.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/logs/lambda_filter.h"
#include "tests/fuzz/check.h"
#include "tests/record_judge.h"

namespace penstock {
namespace {

LambdaFilterOptions options_of(uint32_t choice) {
  LambdaFilterOptions options;
  if ((choice & 1) != 0) options.source_key = "origin";
  if ((choice & 2) != 0) options.timestamp_key = "@timestamp";
  return options;
}

std::vector<std::string> filtered(LambdaFilter& filter, const std::vector<std::string_view>& bodies) {
  std::vector<penstock_record> events;
  for (const std::string_view body : bodies) {
    penstock_record event = {};
    event.time_ms = 1566741555269;
    event.id = bytes("e1");
    event.body = bytes(body);
    events.push_back(event);
  }
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof(penstock_record);
  batch.records = events.data();
  batch.record_count = events.size();
  batch.log_group = bytes("/aws/lambda/f");
  std::vector<std::string> records;
  const auto emit = [](void* to, const penstock_batch* piece) -> int32_t {
    for (uint64_t index = 0; index < piece->record_count; ++index)
      static_cast<std::vector<std::string>*>(to)->emplace_back(view(piece->records[index].body));
    return PENSTOCK_OK;
  };
  check(filter.apply(batch, emit, &records) == PENSTOCK_OK, "the filter takes a batch");
  return records;
}

void check_event(uint32_t choice, std::string_view body) {
  const LambdaFilterOptions options = options_of(choice);
  constexpr std::string_view kNeighbour = "INIT_START Runtime Version: python:3.12.v1";
  LambdaFilter filter(options);
  const std::vector<std::string> alone = filtered(filter, {kNeighbour});
  const std::vector<std::string> records = filtered(filter, {kNeighbour, body, kNeighbour});
  check(records.size() == 3, "each event becomes one record", body);
  check(records[0] == alone[0] && records[2] == alone[0], "the neighbours do not notice", body);
  const std::string fault = RecordJudge(options).fault(records[1], body);
  if (!fault.empty()) std::fprintf(stderr, "the record: %s\n", printable(records[1], 4000).c_str());
  check(fault.empty(), fault.c_str(), body);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const uint32_t choice = data[0] | uint32_t{data[1]} << 8 | uint32_t{data[2]} << 16;
  penstock::check_event(choice, {reinterpret_cast<const char*>(data) + 3, size - 3});
  return 0;
}
