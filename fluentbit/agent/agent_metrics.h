// The statistics of a stage among the agent's own metrics, which its HTTP server and its input fluentbit_metrics
// show.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "client/instance.h"

namespace penstock::fluentbit {

// Counters and gauges in the agent's store of metrics (cmetrics), with the names that abi/penstock.h defines, and
// the agent's label "name" for the instance. Has none if the agent does not export the functions of the store.
//
// Only statistics without labels, and no histograms: all of them are created by open(), on the agent's thread,
// because the agent may read its store while update() runs. Setting a value of an existing metric is atomic.
class AgentMetrics {
 public:
  // getter: name of the agent's function that returns the store of an instance. The API that the agent passes has
  // the function too, but as a wild pointer if the agent was built without metrics.
  static constexpr char kOfInput[] = "flb_input_get_cmt_instance";
  static constexpr char kOfOutput[] = "flb_output_get_cmt_instance";

  // Creates the metrics of a stage. name: of the agent's instance. REQUIRES: on the agent's thread of the
  // instance.
  void open(const char* getter, void* agent_instance, std::string_view name, const client::Instance& stage);

  // Sets the values of that stage, at most once a second. REQUIRES: on the thread that may call the stage; the
  // agent's instance still exists.
  void update(const client::Instance& stage, int64_t now_ms);
  // Returns when to update next, so that a stage without work does not leave old values; INT64_MAX: never.
  int64_t next_ms() const { return store_ == nullptr ? INT64_MAX : due_ms_; }

 private:
  struct Metric {
    const char* name;  // of the statistic; constant text
    int32_t kind;
    bool is_ms;
    void* handle;  // of the agent
  };

  static void on_first(void* ctx, const penstock_stat* stat) noexcept;
  static void on_stat(void* ctx, const penstock_stat* stat) noexcept;
  void create(const penstock_stat& stat);
  void set(const Metric& metric, int64_t value);

  void* store_ = nullptr;  // nullptr: the agent has none
  int32_t stage_kind_ = 0;
  std::string name_;
  std::vector<Metric> metrics_;
  int64_t due_ms_ = 0;
};

}  // namespace penstock::fluentbit
