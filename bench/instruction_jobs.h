// The jobs whose instructions are counted: fixed work on fixed inputs, from the messages of the input to the calls
// of the output.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bench/corpus.h"
#include "bench/still_env.h"
#include "core/aws/credentials.h"
#include "core/aws/endpoint.h"
#include "core/aws/sigv4.h"
#include "core/kinesis/kpl_record.h"
#include "core/kinesis/output/kpl_encoder.h"
#include "core/kinesis/output/shard_map.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"
#include "fluentbit/msgpack/json_to_msgpack.h"
#include "host/observe/prometheus_text.h"
#include "host/observe/stage_metrics.h"

namespace penstock {

class InstructionJobs {
 public:
  InstructionJobs();
  InstructionJobs(const InstructionJobs&) = delete;
  InstructionJobs& operator=(const InstructionJobs&) = delete;

  // Each does the same work whenever it runs, and returns a number that depends on the work.
  size_t split();        // gunzips messages and splits them into log events
  size_t filter();       // parses log events of each kind into JSON records
  size_t msgpack();      // converts the records to msgpack and back
  size_t put_records();  // builds the body of a call: base64 and JSON
  size_t sign();         // signs calls, by Signature Version 4
  size_t get_records();  // parses a response
  size_t choose_shards();
  size_t aggregate();  // encodes records in the KPL's format
  size_t deaggregate();
  size_t metrics_page();  // of many shards

 private:
  // A batch with its own copy of everything that it points to.
  struct OwnBatch {
    std::deque<std::string> texts;
    std::vector<penstock_record> records;
    penstock_batch batch = {};
  };

  penstock_bytes keep(OwnBatch& batch, const penstock_bytes& text);
  void keep(const penstock_batch& batch);
  std::string_view encode();  // records in the KPL's format

  std::vector<CorpusMessage> corpus_;
  std::deque<OwnBatch> events_;       // which never moves them
  std::vector<std::string> records_;  // JSON
  std::vector<std::string> keys_;
  std::string get_records_response_;
  std::string aggregated_;

  logs::SubscriptionReader reader_{size_t{16} << 20};
  logs::LambdaFilter filter_{logs::LambdaFilterOptions{}};
  fluentbit::JsonToMsgpack to_msgpack_;
  aws::Credentials credentials_;
  aws::Endpoint endpoint_;
  aws::sigv4::SigningKey signing_key_;
  StillEnv env_;
  LogThrottle throttle_{env_.env};
  aws::ServiceCall list_shards_;
  kinesis::ShardMap shards_;
  kinesis::KplEncoder encoder_;
  host::PrometheusText page_{host::MetricsFormat::prometheus};
  host::StageMetrics metrics_{page_};
};

struct InstructionJob {
  const char* name;
  size_t (InstructionJobs::*run)();
};

inline constexpr std::array kInstructionJobs = {
    InstructionJob{"split", &InstructionJobs::split},
    InstructionJob{"filter", &InstructionJobs::filter},
    InstructionJob{"msgpack", &InstructionJobs::msgpack},
    InstructionJob{"put_records", &InstructionJobs::put_records},
    InstructionJob{"sign", &InstructionJobs::sign},
    InstructionJob{"get_records", &InstructionJobs::get_records},
    InstructionJob{"choose_shards", &InstructionJobs::choose_shards},
    InstructionJob{"aggregate", &InstructionJobs::aggregate},
    InstructionJob{"deaggregate", &InstructionJobs::deaggregate},
    InstructionJob{"metrics_page", &InstructionJobs::metrics_page},
};

}  // namespace penstock
