#include "bench/instruction_jobs.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/json_writer.h"
#include "core/aws/signed_request.h"
#include "core/kinesis/put_records.h"
#include "core/kinesis/read_api.h"
#include "fluentbit/msgpack/msgpack_to_json.h"

namespace penstock {

namespace {

constexpr size_t kKeys = 1000;
constexpr size_t kShards = 64;
constexpr size_t kReportedShards = 1000;

// Stops the program if a job does not do its work, because its count would then mean nothing.
void require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "penstock-bench-instructions: %s failed\n", what);
  std::abort();
}

std::string shard_id(size_t number) {
  const std::string digits = std::to_string(number);
  return "shardId-" + std::string(12 - digits.size(), '0') + digits;
}

// Returns the response of ListShards for a stream whose shards have equal shares of the hash keys.
std::string shard_list() {
  constexpr kinesis::HashKey kShare = kinesis::kLastHashKey / kShards + 1;
  std::string json = R"({"Shards":[)";
  for (size_t i = 0; i < kShards; ++i) {
    json += (i == 0 ? R"({"ShardId":")" : R"(,{"ShardId":")") + shard_id(i);
    json += R"(","HashKeyRange":{"StartingHashKey":")";
    kinesis::append_decimal(json, kShare * i);
    json += R"(","EndingHashKey":")";
    kinesis::append_decimal(json, kShare * i + (kShare - 1));
    json += "\"}}";
  }
  return json + "]}";
}

}  // namespace

InstructionJobs::InstructionJobs()
    : corpus_(make_corpus({.messages = 20, .max_events = 200})),
      list_shards_([](std::string_view, const std::string&, size_t, const aws::ServiceClient::Done& done) {
        done(aws::ServiceResponse{shard_list(), 0});
      }),
      shards_(env_.env, throttle_, list_shards_, "out") {
  get_records_response_ = R"({"MillisBehindLatest":0,"NextShardIterator":"AAAAAAAAAAE=","Records":[)";
  penstock_batch batch = {};
  for (const CorpusMessage& message : corpus_) {
    reader_.begin(message.gzip, {});
    while (reader_.next(batch) == logs::SubscriptionReader::Step::batch) keep(batch);
    require(reader_.problem().ok(), "split");
    get_records_response_ += get_records_response_.back() == '[' ? "{" : ",{";
    get_records_response_ += R"("ApproximateArrivalTimestamp":1.718676426123E9,"Data":")" + base64(message.gzip) +
                             R"(","PartitionKey":"0123456789abcdef0123456789abcdef",)"
                             R"("SequenceNumber":"49670151112374628937465928374652938475629384756293847562"})";
  }
  get_records_response_ += "]}";
  const auto take = [](void* ctx, const penstock_batch* filtered) -> int32_t {
    for (uint64_t i = 0; i < filtered->record_count; ++i)
      static_cast<InstructionJobs*>(ctx)->records_.emplace_back(view(filtered->records[i].body));
    return PENSTOCK_OK;
  };
  for (const OwnBatch& events : events_) require(filter_.apply(events.batch, take, this) == PENSTOCK_OK, "filter");

  CorpusRandom random(7);
  for (size_t i = 0; i < kKeys; ++i)
    keys_.push_back("2024/06/18/[$LATEST]" + std::to_string(random.next()) + std::to_string(random.next()));
  aggregated_ = encode();
  shards_.want();
  shards_.advance();
  require(shards_.current(), "ListShards");
  credentials_.access_key_id = "AKIDEXAMPLE";
  credentials_.secret_access_key = "a-secret-of-some-forty-characters-not-more";
  Result<aws::Endpoint> endpoint = aws::make_endpoint("kinesis", "us-east-1", "", false);
  require(endpoint.ok(), "make_endpoint");
  endpoint_ = std::move(*endpoint);
}

penstock_bytes InstructionJobs::keep(OwnBatch& batch, const penstock_bytes& text) {
  return bytes(batch.texts.emplace_back(view(text)));
}

void InstructionJobs::keep(const penstock_batch& batch) {
  OwnBatch& own = events_.emplace_back();
  own.batch = batch;
  for (penstock_bytes penstock_batch::*text :
       {&penstock_batch::log_group, &penstock_batch::log_stream, &penstock_batch::owner, &penstock_batch::region})
    own.batch.*text = keep(own, batch.*text);
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    penstock_record& record = own.records.emplace_back(batch.records[i]);
    record.id = keep(own, record.id);
    record.body = keep(own, record.body);
  }
  own.batch.records = own.records.data();
}

size_t InstructionJobs::split() {
  size_t events = 0;
  penstock_batch batch = {};
  for (const CorpusMessage& message : corpus_) {
    reader_.begin(message.gzip, {});
    while (reader_.next(batch) == logs::SubscriptionReader::Step::batch) events += batch.record_count;
  }
  return events;
}

size_t InstructionJobs::filter() {
  size_t records = 0;
  const auto count = [](void* ctx, const penstock_batch* filtered) -> int32_t {
    *static_cast<size_t*>(ctx) += filtered->record_count;
    return PENSTOCK_OK;
  };
  for (const OwnBatch& events : events_)
    require(filter_.apply(events.batch, count, &records) == PENSTOCK_OK, "filter");
  return records;
}

size_t InstructionJobs::msgpack() {
  std::string packed;
  TextBuffer json;
  size_t bytes = 0;
  for (const std::string& record : records_) {
    packed.clear();
    json.clear();
    require(to_msgpack_.append(packed, record) && fluentbit::append_json(json, packed), "msgpack");
    bytes += packed.size() + json.size();
  }
  return bytes;
}

size_t InstructionJobs::put_records() {
  std::string body;
  kinesis::begin_put_records(body);
  for (size_t i = 0; i < kinesis::kMaxRecordsPerCall; ++i)
    kinesis::append_put_record(body, records_[i], keys_[i / 10]);
  kinesis::end_put_records(body, "out");
  return body.size();
}

size_t InstructionJobs::sign() {
  size_t bytes = 0;
  for (int i = 0; i < 50; ++i) {
    HttpRequest request = aws::post_to(endpoint_);
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "Kinesis_20131202.PutRecords"}};
    request.body = records_[static_cast<size_t>(i)];
    aws::sign(request, credentials_, endpoint_, 1'718'676'426'000, signing_key_);
    bytes += request.headers.back().second.size();
  }
  return bytes;
}

size_t InstructionJobs::get_records() {
  const Result<kinesis::GetRecordsResponse> response = kinesis::read_get_records(get_records_response_);
  require(response.ok(), "GetRecords");
  return response->records.size();
}

size_t InstructionJobs::choose_shards() {
  size_t sum = 1;
  for (const std::string& key : keys_) sum += shards_.shard_of(key);
  return sum;
}

std::string_view InstructionJobs::encode() {
  encoder_.begin(std::nullopt);
  for (size_t i = 0; i < kinesis::kMaxRecordsPerCall; ++i) encoder_.add(keys_[i / 10], records_[i], "\n");
  return encoder_.finish();
}

size_t InstructionJobs::aggregate() { return encode().size(); }

size_t InstructionJobs::deaggregate() {
  kinesis::KplRecord record;
  require(record.open(aggregated_), "deaggregate");
  size_t bytes = 0;
  for (kinesis::KplUserRecord user_record; record.next(user_record); bytes += user_record.data.size())
    require(kinesis::effective_hash_key(user_record).has_value(), "MD5");
  return bytes;
}

size_t InstructionJobs::metrics_page() {
  page_.start(host::MetricsFormat::prometheus);
  penstock_stat stat = {};
  stat.struct_size = sizeof stat;
  stat.kind = PENSTOCK_GAUGE;
  stat.name = "shard_lag_ms";
  stat.unit = "ms";
  stat.help = "age of the last record that was read from the shard";
  penstock_label labels[2] = {{"stream", bytes("in")}, {"shard", {}}};
  stat.labels = labels;
  stat.label_count = 2;
  stat.label_stride = sizeof(penstock_label);
  for (size_t shard = 0; shard < kReportedShards; ++shard) {
    const std::string id = shard_id(shard);
    labels[1].value = bytes(id);
    stat.value = static_cast<int64_t>(shard) * 997;
    metrics_.add(PENSTOCK_INPUT, "in", stat);
  }
  return page_.finish().size();
}

}  // namespace penstock
