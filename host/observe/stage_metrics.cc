#include "host/observe/stage_metrics.h"

#include <span>

#include "base/text.h"
#include "host/modules/module.h"
#include "host/observe/stage_stats.h"

namespace penstock::host {

namespace {

// Returns the name with everything replaced that a name of Prometheus must not contain: a plugin may choose any.
std::string valid_name(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    if (!is_alphanumeric(c)) c = '_';
  return out;
}

MetricType type_of(const penstock_stat& stat) {
  if (stat.kind == PENSTOCK_COUNTER) return MetricType::counter;
  return stat.kind == PENSTOCK_HISTOGRAM ? MetricType::histogram : MetricType::gauge;
}

}  // namespace

const StageMetrics::Family& StageMetrics::family_of(int32_t kind, const penstock_stat& stat) {
  const std::pair<int32_t, const char*> key(kind, stat.name);
  if (const auto found = families_.find(key); found != families_.end()) return found->second;
  std::string name = std::string("penstock_") + kind_name(kind) + "_" + valid_name(stat.name);
  int64_t divisor = 1;
  if (std::string_view(stat.unit) == "ms") {
    if (name.ends_with("_ms")) name.resize(name.size() - 3);
    name += "_seconds";
    divisor = 1000;
  }
  return families_.emplace(key, Family{page_.family(type_of(stat), name, stat.help), divisor}).first->second;
}

void StageMetrics::add(int32_t kind, std::string_view stage, const penstock_stat& stat) {
  const penstock_histogram* const histogram = histogram_of(stat);
  const bool known = stat.kind == PENSTOCK_COUNTER || stat.kind == PENSTOCK_GAUGE || histogram != nullptr;
  if (!known) return;
  const Family& family = family_of(kind, stat);
  if (family.divisor > 1 && stat.value < 0) return;
  labels_.assign(1, {"stage", stage});
  for (const StatLabel& label : labels_of(stat)) labels_.push_back({label.name, label.value});
  if (histogram == nullptr) {
    page_.add_sample(family.index, labels_, {stat.value, family.divisor});
    return;
  }
  page_.add_histogram(family.index, labels_,
                      {std::span(histogram->upper_bounds, histogram->bucket_count),
                       std::span(histogram->counts, histogram->bucket_count + 1), histogram->sum, family.divisor});
}

}  // namespace penstock::host
