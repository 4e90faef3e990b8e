// flb-filter_lambda_logs.so: the native filter lambda_logs, and the functions that the agent calls.
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/message_id.h"
#include "client/instance.h"
#include "fluentbit/agent/config_section.h"
#include "fluentbit/agent/filter_abi.h"
#include "fluentbit/agent/look_up.h"
#include "fluentbit/agent/module.h"
#include "fluentbit/agent/penstock_module.h"
#include "fluentbit/agent/receipts.h"
#include "fluentbit/filter/lambda_records.h"

namespace penstock::fluentbit {

namespace {

constexpr char kPluginName[] = "lambda_logs";
constexpr char kSummary[] =
    "Converts each AWS Lambda log line to a record: parses it, passes JSON through, or wraps other text.";

constexpr int kOk = 0;
constexpr int kFailed = -1;

// Writes a line to the agent's log, or to standard error if the agent does not export its log function.
void log(int32_t level, const std::string& name, const std::string& text) {
  static const auto print = look_up<filter::LogPrint>(filter::kLogPrint);
  if (print != nullptr)
    print(level, nullptr, 0, "[filter:%s:%s] %s", kPluginName, name.c_str(), text.c_str());
  else
    std::fprintf(stderr, "[filter:%s:%s] %s\n", kPluginName, name.c_str(), text.c_str());
}

std::string name_of(void* instance) {
  static const auto name = look_up<filter::Name>(filter::kName);
  return name != nullptr ? name(instance) : kPluginName;
}

class FilterInstance {
 public:
  FilterInstance(std::string name, LambdaRecords::Options options, const penstock_stage& stage)
      : name_(std::move(name)), filter_(stage), records_(std::move(options), filter_) {}

  // Opens the filter. Returns the problem, or "".
  std::string open(const std::vector<penstock_option>& options) { return filter_.open(nullptr, options); }

  int filter(std::string_view chunk, void** out, size_t* out_size) {
    // Agents up to 5.1.1 call an instance on one thread at a time, but do not promise it.
    const std::lock_guard lock(mutex_);
    const bool modified = records_.apply(chunk);
    if (!records_.problem().empty()) warn(records_.problem());
    if (!modified) return filter::kUntouched;
    const std::string_view made = records_.out();
    void* const copy = made.empty() ? nullptr : std::malloc(made.size());
    if (!made.empty()) {
      if (copy == nullptr) return filter::kUntouched;
      std::memcpy(copy, made.data(), made.size());
    }
    *out = copy;
    *out_size = made.size();
    // No output will redeem the receipts of records that are dropped on purpose.
    if (const penstock_receipts* const receipts = penstock_library().module->receipts)
      redeem(*receipts, records_.receipts_left_out(), PENSTOCK_DELIVERED);
    return filter::kModified;
  }

 private:
  // Logs occurrence 1, 2, 4, 8, ..., so that many such chunks do not flood the agent's log. The text has its code.
  void warn(const std::string& coded_text) {
    if (std::has_single_bit(++warnings_))
      log(PENSTOCK_LOG_WARN, name_, coded_text + " (chunks so far: " + std::to_string(warnings_) + ")");
  }

  const std::string name_;
  client::Instance filter_;
  std::mutex mutex_;
  LambdaRecords records_;
  uint64_t warnings_ = 0;
};

std::string not_exported(const char* function) {
  return coded("PS0962", std::string("this filter needs an agent that exports ") + function +
                             ", which this agent does not; use a build of Fluent Bit that exports its functions");
}

// Returns the problems, one per line, each with a code; "": out is set.
std::string open(void* instance, const std::string& name, std::unique_ptr<FilterInstance>& out) {
  const auto get_property = look_up<filter::GetProperty>(filter::kGetProperty);
  if (get_property == nullptr) return not_exported(filter::kGetProperty);
  std::string missing;
  const penstock_stage* const stage = penstock_library().find(PENSTOCK_FILTER, kPluginName, missing);
  if (stage == nullptr) return missing;
  const ConfigSection section(kFilterOptions, {stage},
                              [&](const char* key) { return get_property(key, instance); });
  if (!section.problems().empty()) return section.problems();
  LambdaRecords::Options own{section.text("key_name"), section.on("reserve_data"), section.on("preserve_key")};
  auto made = std::make_unique<FilterInstance>(name, std::move(own), *stage);
  std::string problem = made->open(section.options_of(*stage));
  if (problem.empty()) out = std::move(made);
  return problem;
}

// Stops agents before 2.2. They call this as cb_init, and would call the other functions in the wrong roles.
int refuse_old_agent(void* instance, void*, void*) {
  for (const char* symbol : filter::kOnlyBefore2_2) {
    if (look_up<void*>(symbol) == nullptr) continue;
    log(PENSTOCK_LOG_ERROR, name_of(instance),
        coded("PS0963",
              "this filter needs Fluent Bit 2.2 or later, and this agent is older; use its filter lua with "
              "lambda_logs.lua instead"));
    return kFailed;
  }
  return kOk;
}

int init(void* instance, void*, void*) noexcept {
  try {
    const auto set_context = look_up<filter::SetContext>(filter::kSetContext);
    const std::string name = name_of(instance);
    std::unique_ptr<FilterInstance> made;
    const std::string problems =
        set_context == nullptr ? not_exported(filter::kSetContext) : open(instance, name, made);
    for (size_t from = 0; from < problems.size();) {
      const size_t end = std::min(problems.find('\n', from), problems.size());
      log(PENSTOCK_LOG_ERROR, name, problems.substr(from, end - from));
      from = end + 1;
    }
    if (made == nullptr) return kFailed;
    set_context(instance, made.release());
    return kOk;
  } catch (const std::exception&) {  // out of memory
    return kFailed;
  }
}

int apply(const void* data, size_t size, const char*, int, void** out, size_t* out_size, void*, void*,
          void* context, void*) noexcept {
  try {
    return static_cast<FilterInstance*>(context)->filter({static_cast<const char*>(data), size}, out, out_size);
  } catch (const std::exception&) {  // out of memory
    return filter::kUntouched;
  }
}

int exit(void* context, void*) {
  delete static_cast<FilterInstance*>(context);
  return kOk;
}

}  // namespace

const Description& description() {
  static const Description me{
      PENSTOCK_FILTER, kPluginName, kSummary, kFilterOptions, {{PENSTOCK_FILTER, kPluginName}}};
  return me;
}

}  // namespace penstock::fluentbit

extern "C" {
__attribute__((visibility("default"))) extern penstock::fluentbit::filter::Plugin filter_lambda_logs_plugin;

penstock::fluentbit::filter::Plugin filter_lambda_logs_plugin = {
    penstock::fluentbit::filter::kLogs,
    0,
    penstock::fluentbit::kPluginName,
    penstock::fluentbit::kSummary,
    nullptr,
    penstock::fluentbit::refuse_old_agent,
    penstock::fluentbit::init,
    penstock::fluentbit::apply,
    penstock::fluentbit::exit,
    {},
};
}
