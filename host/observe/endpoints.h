// What the HTTP server of a run answers:
//   /metrics   every counter and gauge, for Prometheus
//   /healthz   200 while the loop runs; a blocked loop does not answer
//   /readyz    200 if the pipeline makes progress, else 503; the reasons as JSON
//   /stats     the state as JSON
#pragma once

#include <cstdint>

#include "host/http/http_server.h"
#include "host/observe/prometheus_text.h"
#include "host/observe/stats_json.h"
#include "host/pipeline/pipeline.h"

namespace penstock::host {

// The responses of a process. They contain names and numbers, and no value of an option.
class Endpoints {
 public:
  Endpoints();

  // Sets the pipeline whose state is reported.
  void set_pipeline(Pipeline& pipeline) { pipeline_ = &pipeline; }

  // REQUIRES: the pipeline is set, and open.
  HttpResponse respond(const HttpRequest& request);

 private:
  HttpResponse metrics(const HttpRequest& request);

  Pipeline* pipeline_ = nullptr;
  RunFacts facts_;
  int64_t start_unix_ms_;
  PrometheusText page_{MetricsFormat::prometheus};
};

}  // namespace penstock::host
