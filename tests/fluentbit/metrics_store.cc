#include "tests/fluentbit/metrics_store.h"

#include <utility>

namespace penstock::test_agent {

void* MetricsStore::create(void* instance, std::string name, bool is_counter) {
  const std::lock_guard lock(mutex_);
  return &metrics_.emplace_back(Metric{instance, std::move(name), is_counter, "", 0});
}

int MetricsStore::set(void* handle, bool is_counter, double value, const std::string& label) {
  const std::lock_guard lock(mutex_);
  auto& metric = *static_cast<Metric*>(handle);
  const bool is_other_label = !metric.label.empty() && metric.label != label;
  if (metric.is_counter != is_counter || is_other_label || (is_counter && value < metric.value)) return -1;
  metric.label = label;
  metric.value = value;
  return 0;
}

MetricsStore::Metric MetricsStore::find(void* instance, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  Metric found = {instance, "", false, "", -1};
  for (const Metric& metric : metrics_) {
    if (metric.instance != instance || metric.name != name) continue;
    if (!found.name.empty()) return {instance, "", false, "", -1};
    found = metric;
  }
  return found;
}

MetricsStore& metrics_store() {
  static MetricsStore store;
  return store;
}

}  // namespace penstock::test_agent
