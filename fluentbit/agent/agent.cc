#include "fluentbit/agent/agent.h"

#include <sys/prctl.h>

#include <algorithm>

#include "fluentbit/agent/look_up.h"

namespace penstock::fluentbit {

namespace {

template <typename Function>
void find(Function& function, const char* name) {
  function = look_up<Function>(name);
}

Agent find_exports() {
  Agent out{};
  find(out.input_log_append, proxy::kInputLogAppend);
  find(out.input_log_append_records, proxy::kInputLogAppendRecords);
  find(out.input_name, "flb_input_name");
  find(out.input_event_loop_get, "flb_input_event_loop_get");
  find(out.output_name, "flb_output_name");
  find(out.event_add, "mk_event_add");
  find(out.event_del, "mk_event_del");
  // An agent that exports nothing cannot be identified, but hardly any agent that old is still in use.
  out.takes_metadata = out.input_log_append == nullptr || look_up<void*>("flb_log_event_decoder_init") != nullptr;
  return out;
}

}  // namespace

const Agent& agent() {
  static const Agent exports = find_exports();
  return exports;
}

AgentThread this_thread() {
  char name[16] = {};
  prctl(PR_GET_NAME, name);
  const std::string_view text(name);
  if (text == proxy::kPipelineThread) return AgentThread::kPipeline;
  return text.substr(0, sizeof proxy::kInputThreadPrefix - 1) == proxy::kInputThreadPrefix ? AgentThread::kInput
                                                                                           : AgentThread::kOther;
}

AgentLog::AgentLog(const proxy::Plugin& plugin, const char* kind, Check check, InstanceName instance_name)
    : print_(plugin.api->log_print),
      check_(check),
      instance_(plugin.instance),
      name_(std::string(kind)
                .append(":")
                .append(plugin.name)
                .append(":")
                .append(instance_name != nullptr ? instance_name(plugin.instance) : plugin.name)) {}

void AgentLog::line(int32_t level, std::string_view text) const {
  if (check_ != nullptr && check_(instance_, level) == 0) return;
  print_(level, nullptr, 0, "[%s] %.*s", name_.c_str(), static_cast<int>(text.size()), text.data());
}

void AgentLog::lines(int32_t level, std::string_view text) const {
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find('\n'));
    line(level, one);
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
}

bool AgentLog::errors(std::string_view text) const {
  lines(PENSTOCK_LOG_ERROR, text);
  return !text.empty();
}

void AgentLog::print(LogRelay& relay) const {
  relay.print([this](int32_t level, const std::string& text) { line(level, text); });
}

int32_t max_level(int (*check)(void* instance, int level), void* instance) {
  int32_t level = PENSTOCK_LOG_DEBUG;
  while (level > PENSTOCK_LOG_ERROR && check(instance, level) == 0) --level;
  return level;
}

}  // namespace penstock::fluentbit
