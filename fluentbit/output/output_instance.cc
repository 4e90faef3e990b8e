#include "fluentbit/output/output_instance.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "fluentbit/agent/config_section.h"
#include "fluentbit/agent/look_up.h"
#include "fluentbit/agent/penstock_module.h"

namespace penstock::fluentbit {

namespace {

// Fluent Bit 1.8 and 1.9 open this file too, but have only the first function of proxy::Api.
bool is_too_old() {
  using Print = void (*)(int level, const char* file, int line, const char* format, ...);
  const auto print = look_up<Print>("flb_log_print");
  if (print == nullptr || agent().input_log_append != nullptr) return false;
  print(PENSTOCK_LOG_ERROR, nullptr, 0,
        "[output:penstock_kinesis] "
        "PS0963"
        ": this output needs Fluent Bit 2.0 or later, and this agent is older");
  return true;
}

}  // namespace

RecordFormat record_format(const ConfigSection& own) {
  return RecordFormat(
      {own.text("time_key"), own.text("time_key_format"), own.text("log_key"), own.text("data_keys")});
}

std::vector<penstock_option> stage_options(const ConfigSection& section, const penstock_stage& output) {
  constexpr std::string_view kName = "linger";
  std::vector<penstock_option> options = section.options_of(output);
  const auto is_linger = [&](const penstock_option& option) { return view(option.key) == kName; };
  if (std::none_of(options.begin(), options.end(), is_linger)) options.push_back({bytes(kName), bytes(kLinger)});
  return options;
}

std::unique_ptr<OutputInstance> OutputInstance::open(const proxy::Plugin& plugin) {
  if (is_too_old()) return nullptr;
  const AgentLog log(plugin, "output", plugin.api->output_log_check, agent().output_name);
  std::string missing;
  const penstock_stage* const output = penstock_library().find(PENSTOCK_OUTPUT, "penstock_kinesis", missing);
  if (log.errors(missing)) return nullptr;

  const ConfigSection section(kOutputOptions, {output}, [&](const char* key) {
    return plugin.api->output_get_property(key, plugin.instance);
  });
  if (log.errors(section.problems())) return nullptr;
  RecordFormat format = record_format(section);
  if (log.errors(format.problems())) return nullptr;

  DeliveryStages stages{output, stage_options(section, *output), penstock_library().module->receipts,
                        section.duration_ms("flush_timeout")};
  std::unique_ptr<OutputInstance> out(new OutputInstance(plugin, log, std::move(stages), std::move(format)));
  if (log.errors(out->delivery_.open())) return nullptr;
  out->delivery_.show_metrics(plugin.instance,
                              agent().output_name != nullptr ? agent().output_name(plugin.instance) : plugin.name);
  out->thread_ = std::make_unique<OutputThread>(out->delivery_, out->relay_, out->log_waiting_);
  return out;
}

OutputInstance::OutputInstance(const proxy::Plugin& plugin, const AgentLog& log, DeliveryStages stages,
                               RecordFormat format)
    : log_(log),
      relay_(max_level(plugin.api->output_log_check, plugin.instance), log_waiting_),
      delivery_(std::move(stages), std::move(format), relay_) {}

OutputInstance::~OutputInstance() {
  if (thread_ != nullptr) thread_->stop();
  log_.print(relay_);
}

proxy::FlushResult OutputInstance::flush(std::string_view data, std::string_view tag) noexcept {
  if (!flushed_.exchange(true) && this_thread() == AgentThread::kPipeline)
    log_.warn("PS0964",
              "a flush of this output blocks the whole agent, because the section has no workers; set workers 1");
  return thread_->flush(data, tag, [this](int32_t level, const std::string& line) { log_.line(level, line); });
}

}  // namespace penstock::fluentbit
