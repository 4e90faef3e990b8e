#include "fluentbit/agent/agent.h"

#include <dlfcn.h>
#include <sys/prctl.h>

#include <algorithm>

#include "abi/penstock.h"

namespace penstock::fluentbit {

namespace {

template <typename Function>
void look_up(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

Agent look_up() {
  Agent out{};
  look_up(out.input_log_append, proxy::kInputLogAppend);
  look_up(out.input_log_append_records, proxy::kInputLogAppendRecords);
  look_up(out.input_name, "flb_input_name");
  look_up(out.input_event_loop_get, "flb_input_event_loop_get");
  look_up(out.event_add, "mk_event_add");
  look_up(out.event_del, "mk_event_del");
  // One that exports nothing does not tell; there are hardly any left that are so old.
  out.takes_metadata =
      out.input_log_append == nullptr || dlsym(RTLD_DEFAULT, "flb_log_event_decoder_init") != nullptr;
  return out;
}

}  // namespace

const Agent& agent() {
  static const Agent looked_up = look_up();
  return looked_up;
}

AgentThread this_thread() {
  char name[16] = {};
  prctl(PR_GET_NAME, name);
  const std::string_view text(name);
  if (text == proxy::kPipelineThread) return AgentThread::kPipeline;
  return text.substr(0, sizeof proxy::kInputThreadPrefix - 1) == proxy::kInputThreadPrefix ? AgentThread::kInput
                                                                                           : AgentThread::kOther;
}

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

int32_t max_level(int (*check)(void* instance, int level), void* instance) {
  int32_t level = PENSTOCK_LOG_DEBUG;
  while (level > PENSTOCK_LOG_ERROR && check(instance, level) == 0) --level;
  return level;
}

}  // namespace penstock::fluentbit
