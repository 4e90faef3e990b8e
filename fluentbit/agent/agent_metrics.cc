#include "fluentbit/agent/agent_metrics.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "fluentbit/agent/look_up.h"

namespace penstock::fluentbit {

namespace {

constexpr int64_t kIntervalMs = 1000;

// Functions of the agent's store; the same from 2.0 to 5.1.1. They copy all texts. time_ns is Unix time.
struct Store {
  using Create = void* (*)(void* store, const char* name_space, const char* subsystem, const char* name,
                           const char* help, int label_count, const char* const* label_names);
  using Set = int (*)(void* metric, uint64_t time_ns, double value, int label_count,
                      const char* const* label_values);

  Create create_counter = look_up<Create>("cmt_counter_create");
  Create create_gauge = look_up<Create>("cmt_gauge_create");
  Set set_counter = look_up<Set>("cmt_counter_set");
  Set set_gauge = look_up<Set>("cmt_gauge_set");

  bool is_complete() const {
    return create_counter != nullptr && create_gauge != nullptr && set_counter != nullptr && set_gauge != nullptr;
  }
};

const Store& store() {
  static const Store functions;
  return functions;
}

uint64_t unix_time_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

const char* subsystem(int32_t stage_kind) {
  if (stage_kind == PENSTOCK_FILTER) return "filter";
  return stage_kind == PENSTOCK_INPUT ? "input" : "output";
}

constexpr std::string_view kMsEnding = "_ms";

bool is_in_ms(const penstock_stat& stat) {
  return std::string_view(stat.unit) == "ms" && std::string_view(stat.name).ends_with(kMsEnding);
}

}  // namespace

void AgentMetrics::open(const char* getter, void* agent_instance, std::string_view name,
                        const client::Instance& stage) {
  const auto get_store = look_up<void* (*)(void* instance)>(getter);
  if (get_store == nullptr || !store().is_complete()) return;
  store_ = get_store(agent_instance);
  if (store_ == nullptr) return;
  name_ = name;
  stage_kind_ = stage.stage().kind;
  stage.stats(on_first, this);
}

void AgentMetrics::update(const client::Instance& stage, int64_t now_ms) {
  if (store_ == nullptr || now_ms < due_ms_) return;
  due_ms_ = now_ms + kIntervalMs;
  stage.stats(on_stat, this);
}

// Without memory for a metric, the agent lacks that metric.
void AgentMetrics::on_first(void* ctx, const penstock_stat* stat) noexcept {
  try {
    static_cast<AgentMetrics*>(ctx)->create(*stat);
  } catch (const std::exception&) {
  }
}

void AgentMetrics::on_stat(void* ctx, const penstock_stat* stat) noexcept {
  auto& self = *static_cast<AgentMetrics*>(ctx);
  if (stat->label.size > 0) return;
  const std::string_view name = stat->name;
  const auto found = std::find_if(self.metrics_.begin(), self.metrics_.end(),
                                  [name](const Metric& metric) { return name == metric.name; });
  if (found != self.metrics_.end()) self.set(*found, stat->value);
}

void AgentMetrics::create(const penstock_stat& stat) {
  const bool is_counter = stat.kind == PENSTOCK_COUNTER;
  if (stat.label.size > 0 || (!is_counter && stat.kind != PENSTOCK_GAUGE)) return;
  std::string name = stat.name;
  const bool is_ms = is_in_ms(stat);
  if (is_ms) name.replace(name.size() - kMsEnding.size(), kMsEnding.size(), "_seconds");
  if (is_counter) name += "_total";
  metrics_.reserve(metrics_.size() + 1);
  const char* const label = "name";
  const auto create = is_counter ? store().create_counter : store().create_gauge;
  void* const handle = create(store_, "penstock", subsystem(stage_kind_), name.c_str(), stat.help, 1, &label);
  if (handle == nullptr) return;
  metrics_.push_back({stat.name, stat.kind, is_ms, handle});
  set(metrics_.back(), stat.value);
}

void AgentMetrics::set(const Metric& metric, int64_t value) {
  const auto number = static_cast<double>(value);
  const char* const name = name_.c_str();
  const auto set = metric.kind == PENSTOCK_COUNTER ? store().set_counter : store().set_gauge;
  set(metric.handle, unix_time_ns(), metric.is_ms ? number / 1000 : number, 1, &name);
}

}  // namespace penstock::fluentbit
