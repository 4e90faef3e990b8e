#include "tests/abi/library.h"

#include <dlfcn.h>

#include <cstdlib>

namespace penstock::abi {

const penstock_module* module() {
  static const penstock_module* const loaded = [] {
    // The AWS configuration of the user who runs the tests must not affect them.
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-secret", 1);
    const char* const other = std::getenv("PENSTOCK_TEST_LIBRARY");
    void* library = dlopen(other != nullptr ? other : PENSTOCK_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    void* symbol = library == nullptr ? nullptr : dlsym(library, PENSTOCK_MODULE_SYMBOL);
    if (symbol == nullptr) {
      ADD_FAILURE() << dlerror();
      std::abort();
    }
    return reinterpret_cast<penstock_module_fn>(symbol)();
  }();
  return loaded;
}

std::vector<const penstock_stage*> all_stages() {
  std::vector<const penstock_stage*> stages;
  for (const penstock_stage* const* at = module()->stages; *at != nullptr; ++at) stages.push_back(*at);
  return stages;
}

const penstock_stage* stage(int32_t kind, std::string_view id) {
  for (const penstock_stage* found : all_stages())
    if (found->kind == kind && found->id == id) return found;
  ADD_FAILURE() << "no stage of kind " << kind << " named " << id;
  std::abort();
}

std::vector<penstock_option_info> option_infos(const penstock_stage* stage) {
  std::vector<penstock_option_info> infos(stage->option_info_count);
  const char* at = reinterpret_cast<const char*>(stage->options);
  for (penstock_option_info& info : infos) {
    std::memcpy(&info, at, sizeof info);
    at += stage->option_info_stride;
  }
  return infos;
}

Options working_options(const penstock_stage* stage) {
  static const std::map<std::string, std::string> known = {
      {"stream", "mill"},       {"region", "eu-west-1"}, {"endpoint", "http://127.0.0.1:9"},
      {"checkpoint", "memory"}, {"on_failure", "drop"},
  };
  Options options;
  for (const penstock_option_info& info : option_infos(stage)) {
    const auto found = known.find(info.name);
    if (found != known.end())
      options.push_back(*found);
    else if (info.required != 0)
      ADD_FAILURE() << "the tests know no value for the required option " << info.name;
  }
  return options;
}

std::vector<penstock_option> c_options(const Options& options) {
  std::vector<penstock_option> list;
  for (const auto& [key, value] : options) list.push_back({bytes(key), bytes(value)});
  return list;
}

Instance::Instance(const penstock_stage* stage, const Options& options, const penstock_host* host)
    : stage_(stage) {
  const std::vector<penstock_option> list = c_options(options);
  penstock_error error = new_error();
  const int32_t code = stage->create(host, list.data(), list.size(), sizeof(penstock_option), &self_, &error);
  if (code != PENSTOCK_OK) {
    ADD_FAILURE() << stage->id << ": create: " << code << " " << error.text;
    std::abort();
  }
}

OneLine::OneLine() {
  record.time_ms = 1700000000000;
  record.id = bytes("event-1");
  record.body = bytes("the mill wheel turns");
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof record;
  batch.ack_id = 42;
  batch.records = &record;
  batch.record_count = 1;
  batch.log_group = bytes("/aws/lambda/mill");
}

int32_t Emitted::emit(void* ctx, const penstock_batch* batch) {
  auto* self = static_cast<Emitted*>(ctx);
  self->calls++;
  const char* at = reinterpret_cast<const char*>(batch->records);
  for (uint64_t i = 0; i < batch->record_count; ++i, at += batch->record_stride) {
    penstock_record record;
    std::memcpy(&record, at, sizeof record);
    self->bodies.push_back(text(record.body));
  }
  return self->result;
}

}  // namespace penstock::abi
