// The agent's store of metrics (cmetrics).
#pragma once

#include <deque>
#include <mutex>
#include <string>

namespace penstock::test_agent {

class MetricsStore {
 public:
  struct Metric {
    void* instance;
    std::string name;
    bool is_counter;
    std::string label;  // value of the only label; "": never set
    double value;
  };

  // [thread-safe] Creates a metric, and returns its handle.
  void* create(void* instance, std::string name, bool is_counter);
  // [thread-safe] Sets its value. Like the store of the agent, rejects a lower value of a counter.
  int set(void* handle, bool is_counter, double value, const std::string& label);
  // [thread-safe] Returns a metric of an instance; a value of -1: it does not exist, or more than once.
  Metric find(void* instance, const std::string& name) const;

 private:
  mutable std::mutex mutex_;
  std::deque<Metric> metrics_;
};

MetricsStore& metrics_store();

}  // namespace penstock::test_agent
