#include "fluentbit/input/input_instance.h"

#include <utility>

#include "client/clock.h"
#include "fluentbit/agent/penstock_module.h"
#include "fluentbit/input/requirements.h"

namespace penstock::fluentbit {

namespace {

constexpr size_t kQueueBytes = size_t{32} << 20;
// How long a call may hold the agent's thread: the callback, which comes once per second, and our event, which
// comes again immediately.
constexpr int64_t kCallbackMs = 200;
constexpr int64_t kEventMs = 20;

bool append(void* instance, const Chunk& chunk) {
  const char* const tag = chunk.tag.empty() ? nullptr : chunk.tag.data();
  const std::string& data = chunk.data;
  const int result = agent().input_log_append_records != nullptr
                         ? agent().input_log_append_records(instance, chunk.events, tag, chunk.tag.size(),
                                                            data.data(), data.size())
                         : agent().input_log_append(instance, tag, chunk.tag.size(), data.data(), data.size());
  return result == 0;
}

}  // namespace

std::unique_ptr<InputInstance> InputInstance::open(const proxy::Plugin& plugin) {
  const AgentLog log(plugin, "input", plugin.api->input_log_check, agent().input_name);
  std::string missing;
  const penstock_stage* const input = penstock_library().find(PENSTOCK_INPUT, "penstock_kinesis", missing);
  const penstock_stage* const filter = penstock_library().find(PENSTOCK_FILTER, "lambda_logs", missing);
  if (log.errors(missing)) return nullptr;

  const ConfigSection section(kInputOptions, {input, filter}, [&](const char* key) {
    return plugin.api->input_get_property(key, plugin.instance);
  });
  if (log.errors(section.problems())) return nullptr;
  ChunkFormat format;
  std::string of_tag;  // check_requirements() reports it
  format.tag = TagFormat::parse(section.text("tag_format"), of_tag);
  format.chunk_bytes = section.size_bytes("chunk_bytes");
  format.metadata = agent().takes_metadata;
  const Surroundings surroundings{this_thread(), agent().input_log_append != nullptr, agent().takes_metadata,
                                  proxy::has_input_context(plugin.context)};
  if (log.errors(check_requirements(section, surroundings))) return nullptr;

  ReaderStages stages{};
  stages.input = input;
  stages.input_options = section.options_of(*input);
  if (section.on("transform")) {
    stages.filter = filter;
    stages.filter_options = section.options_of(*filter);
  }
  if (section.text("checkpoint_after") == "delivery") {
    stages.receipts = penstock_library().module->receipts;
    stages.max_unacknowledged_bytes = section.size_bytes("max_unacknowledged");
  }
  std::unique_ptr<InputInstance> out(new InputInstance(plugin, log, std::move(stages), std::move(format)));
  if (log.errors(out->reader_.open())) return nullptr;
  log.lines(PENSTOCK_LOG_WARN, caution(section));
  out->reader_.show_metrics(plugin.instance,
                            agent().input_name != nullptr ? agent().input_name(plugin.instance) : plugin.name);
  out->start(plugin.instance);
  return out;
}

InputInstance::InputInstance(const proxy::Plugin& plugin, const AgentLog& log, ReaderStages stages,
                             ChunkFormat format)
    : log_(log),
      relay_(max_level(plugin.api->input_log_check, plugin.instance), ready_),
      queue_(kQueueBytes),
      reader_(std::move(stages), std::move(format), queue_, relay_),
      drain_(
          queue_, [instance = plugin.instance](const Chunk& chunk) { return append(instance, chunk); },
          client::monotonic_ms) {}

InputInstance::~InputInstance() {
  event_.reset();
  thread_.reset();
  log_.print(relay_);
}

void InputInstance::begin_to_end() {
  if (thread_ != nullptr) thread_->ask_to_stop();
}

void InputInstance::start(void* instance) {
  thread_ = std::make_unique<InputThread>(reader_, ready_);
  if (agent().input_log_append != nullptr)
    event_ = LoopEvent::add(agent(), instance, ready_.descriptor(), [this] { on_ready(); });
}

void InputInstance::on_ready() {
  ready_.clear();
  log_.print(relay_);
  if (!paused_) drain(kEventMs);
}

size_t InputInstance::collect(void** data) {
  log_.print(relay_);
  if (paused_) return 0;
  if (agent().input_log_append != nullptr) {
    drain(kCallbackMs);
    return 0;
  }
  if (chunks_handed_over_ > 0) return 0;
  handed_over_.clear();
  chunks_handed_over_ = queue_.copy(handed_over_);
  *data = handed_over_.data();
  return handed_over_.size();
}

void InputInstance::give_back() {
  for (; chunks_handed_over_ > 0; --chunks_handed_over_) queue_.settle_front();
  thread_->wake();
}

void InputInstance::pause(bool paused) {
  paused_ = paused;
  if (!paused) ready_.raise();
}

void InputInstance::drain(int64_t budget_ms) {
  size_t settled = 0;
  const Drain::End end = drain_.run(budget_ms, settled);
  if (settled > 0) thread_->wake();
  if (end == Drain::End::kTimeIsUp) ready_.raise();
  if (const auto warning = drain_.warning()) log_.warn("PS0965", *warning);
}

}  // namespace penstock::fluentbit
