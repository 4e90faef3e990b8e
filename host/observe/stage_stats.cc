#include "host/observe/stage_stats.h"

#include <cstddef>
#include <exception>

#include "client/has.h"

namespace penstock::host {

std::vector<StatLabel> labels_of(const penstock_stat& stat) {
  std::vector<StatLabel> out;
  if (stat.struct_size >= offsetof(penstock_stat, label_stride) + sizeof stat.label_stride) {
    const auto* at = reinterpret_cast<const char*>(stat.labels);
    for (uint32_t i = 0; i < stat.label_count; ++i, at += stat.label_stride) {
      const auto& label = *reinterpret_cast<const penstock_label*>(at);
      out.push_back({label.name, {label.value.data, label.value.size}});
    }
  } else if (stat.struct_size >= offsetof(penstock_stat, label) + sizeof stat.label && stat.label.size > 0) {
    out.push_back({"label", {stat.label.data, stat.label.size}});
  }
  return out;
}

const penstock_histogram* histogram_of(const penstock_stat& stat) {
  // NOLINTNEXTLINE(bugprone-sizeof-expression): the size of the pointer, which is the member, is meant
  return PENSTOCK_HAS(&stat, histogram) ? stat.histogram : nullptr;
}

void for_each_stage(Pipeline& pipeline, const std::function<void(const RunningStage&)>& visit) {
  for (const Input& input : pipeline.inputs()) visit(*input.stage);
  for (const auto& filter : pipeline.filters()) visit(*filter);
  for (const Output& output : pipeline.outputs()) visit(*output.stage);
}

void for_each_stat(const RunningStage& stage, const std::function<void(const penstock_stat&)>& visit) {
  struct Visit {
    const std::function<void(const penstock_stat&)>& visit;
    std::exception_ptr failure;
  } context{visit, nullptr};
  // No exception may pass through the stage.
  const penstock_stat_fn on_stat = [](void* ctx, const penstock_stat* stat) noexcept {
    Visit& to = *static_cast<Visit*>(ctx);
    if (to.failure) return;
    try {
      to.visit(*stat);
    } catch (const std::exception&) {
      to.failure = std::current_exception();
    }
  };
  stage.instance.stats(on_stat, &context);
  if (context.failure) std::rethrow_exception(context.failure);
}

}  // namespace penstock::host
