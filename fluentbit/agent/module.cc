#include "fluentbit/agent/module.h"

#include <cstdio>
#include <map>
#include <sstream>
#include <string>

#include "base/bytes.h"
#include "base/message_id.h"
#include "base/text.h"
#include "client/error.h"
#include "client/options.h"
#include "fluentbit/agent/penstock_module.h"

namespace penstock::fluentbit {

namespace {

void set_error(penstock_error* error, const std::string& text) {
  if (error == nullptr || error->struct_size < sizeof(penstock_error)) return;
  error->code = PENSTOCK_E_OPTIONS;
  error->retryable = 0;
  std::snprintf(error->text, sizeof error->text, "%s", text.c_str());
}

// The options of one stage, and their indexes in the array of all options.
struct Part {
  std::vector<penstock_option> options;
  std::vector<size_t> indexes;
};

const penstock_option_info* find(OptionTable table, std::string_view key) {
  for (const penstock_option_info& info : table)
    if (equal_without_case(info.name, key)) return &info;
  return nullptr;
}

// Returns the stages that a shared object uses. If empty, missing says what is wrong with libpenstock.so.
std::vector<const penstock_stage*> stages_of(const Description& me, std::string& missing) {
  std::vector<const penstock_stage*> stages;
  for (const auto& [kind, id] : me.stages) stages.push_back(penstock_library().find(kind, id, missing));
  if (!missing.empty()) stages.clear();
  return stages;
}

// Checks own options here, and each stage's options with the stage. Unknown options go to the first stage, which
// reports them.
int32_t check(const penstock_option* options, size_t count, size_t stride, penstock_problem_fn problem,
              void* problem_ctx) {
  const Description& me = description();
  int32_t worst = PENSTOCK_OK;
  const auto complain = [&](size_t index, const std::string& coded_text) {
    client::Error error;
    set_error(&error, coded_text);
    worst = PENSTOCK_E_OPTIONS;
    if (problem != nullptr) problem(problem_ctx, index, &error);
  };
  std::string missing;
  const std::vector<const penstock_stage*> stages = stages_of(me, missing);
  if (stages.empty()) {
    complain(count, missing);
    return worst;
  }
  std::map<std::string, std::string> own;  // NUL-terminated; an invalid value leaves the default
  std::map<const penstock_stage*, Part> parts;
  for (const penstock_stage* stage : stages) parts[stage];
  for (size_t i = 0; i < count; ++i) {
    const auto& option =
        *reinterpret_cast<const penstock_option*>(reinterpret_cast<const char*>(options) + i * stride);
    const std::string_view key = view(option.key);
    if (const penstock_option_info* info = find(me.own, key)) {
      const std::string_view value = view(option.value);
      const std::string wrong = complaint(*info, value);
      if (wrong.empty())
        own[info->name] = value;
      else
        complain(i, coded("PS0953", wrong));
      continue;
    }
    const penstock_stage* owner = stages.front();
    for (const penstock_stage* stage : stages)
      if (client::find_option(*stage, key) != nullptr) owner = stage;
    parts[owner].options.push_back(option);
    parts[owner].indexes.push_back(i);
  }
  if (me.together != nullptr) {
    const ConfigSection section(me.own, {}, [&](const char* key) {
      const auto given = own.find(key);
      return given == own.end() ? nullptr : given->second.c_str();
    });
    std::istringstream lines(me.together(section));
    for (std::string line; std::getline(lines, line);) complain(count, line);
  }
  for (const auto& [stage, part] : parts) {
    const std::vector<size_t>& indexes = part.indexes;
    const int32_t result =
        client::check_options(*stage, part.options, [&](size_t index, const penstock_error* error) {
          if (problem != nullptr) problem(problem_ctx, index < indexes.size() ? indexes[index] : count, error);
        });
    if (result < 0) worst = result;
  }
  return worst;
}

int32_t create(const penstock_host*, const penstock_option*, size_t, size_t, penstock_instance** out,
               penstock_error* error) {
  if (out != nullptr) *out = nullptr;
  set_error(error, coded("PS0969", "this file is for Fluent Bit; other hosts open libpenstock.so in its folder"));
  return PENSTOCK_E_OPTIONS;
}

// Returns own options, then those of the stages.
std::vector<penstock_option_info> all_options(OptionTable own, const std::vector<const penstock_stage*>& stages) {
  std::vector<penstock_option_info> all(own.begin(), own.end());
  for (const penstock_stage* stage : stages)
    for (size_t i = 0; i < stage->option_info_count; ++i) all.push_back(client::option_info(*stage, i));
  return all;
}

class Module {
 public:
  explicit Module(const Description& me) {
    std::string missing;  // check() reports it
    const std::vector<const penstock_stage*> stages = stages_of(me, missing);
    options_ = all_options(me.own, stages);
    if (!stages.empty()) stage_ = *stages.front();  // for its calls, although no instance is ever created
    stage_.struct_size = sizeof stage_;
    stage_.kind = me.kind;
    stage_.id = me.id;
    stage_.summary = me.summary;
    stage_.options = options_.data();
    stage_.option_info_count = static_cast<uint32_t>(options_.size());
    stage_.option_info_stride = sizeof(penstock_option_info);
    stage_.check = check;
    stage_.create = create;
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const penstock_module& module() const { return module_; }

 private:
  std::vector<penstock_option_info> options_;
  penstock_stage stage_ = {};
  const penstock_stage* stages_[2] = {&stage_, nullptr};
  penstock_module module_ = {sizeof module_, 0,
                             penstock_library().module != nullptr ? penstock_library().module->version : "",
                             stages_, nullptr};
};

}  // namespace

}  // namespace penstock::fluentbit

const penstock_module* penstock_module_v1(void) {
  static const penstock::fluentbit::Module made(penstock::fluentbit::description());
  return &made.module();
}
