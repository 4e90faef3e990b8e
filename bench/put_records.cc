// Speed of building and signing PutRecords bodies on one core, compared with base64 and SHA-256 alone, which are
// the upper bound; allocations per record in the writer; and the effect of each aggregation format on the corpus.
//
//   penstock-bench-put-records [MiB]
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "bench/bars.h"
#include "bench/corpus.h"
#include "bench/cpu_time.h"
#include "bench/put_records_response.h"
#include "bench/still_env.h"
#include "core/aws/sigv4.h"
#include "core/kinesis/output/writer.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"

namespace {
std::atomic<size_t> allocations = 0;
}  // namespace

void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace {

using namespace penstock;

constexpr int kTurns = 40;
constexpr size_t kRecordBytes = 1024;
constexpr std::string_view kLogStream = "2019/08/25/[$LATEST]0123456789abcdef";

std::string sign(const std::string& body) {
  const std::string hash = hex(sha256(body));
  aws::sigv4::Request request;
  request.method = "POST";
  request.path = "/";
  request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                     {"Host", "kinesis.us-east-1.amazonaws.com"},
                     {"X-Amz-Date", "20190825T135915Z"},
                     {"X-Amz-Target", "Kinesis_20131202.PutRecords"}};
  request.payload_sha256_hex = hash;
  aws::Credentials credentials;
  credentials.access_key_id = "AKIDEXAMPLE";
  credentials.secret_access_key = "a-secret-of-some-forty-characters-not-more";
  static aws::sigv4::SigningKey key;
  return aws::sigv4::authorization(credentials, {"20190825T135915Z", "us-east-1", "kinesis"}, request, key);
}

// Returns the ListShards response of a stream with four shards, each with a quarter of the hash keys.
std::string shards_of_the_stream() {
  std::string json = R"({"Shards":[)";
  for (int i = 0; i < 4; ++i) {
    const kinesis::HashKey first = kinesis::HashKey{static_cast<unsigned>(i)} << 126;
    json += std::string(i == 0 ? "" : ",") + R"({"ShardId":")" + std::to_string(i) +
            R"(","HashKeyRange":{"StartingHashKey":")";
    kinesis::append_decimal(json, first);
    json += R"(","EndingHashKey":")";
    kinesis::append_decimal(json, first + (kinesis::kLastHashKey >> 2));
    json += "\"}}";
  }
  return json + "]}";
}

// A writer whose calls are signed and succeed. parcels is the number of records in each call; if it is 0, they are
// counted.
struct Output {
  explicit Output(kinesis::Writer::Options options, size_t parcels = 0)
      : known_answer(parcels > 0 ? put_records_answer(parcels) : ""),
        shards_matter(options.calls.aggregator.by_shard()),
        failures(std::move(*kinesis::DeadLetterFile::open(still.env, "drop"))),
        writer(still.env, *failures, std::move(options),
               [this](std::string_view operation, const std::string& body, size_t,
                      aws::ServiceClient::Done answered) {
                 if (operation == "ListShards") return answered(aws::ServiceResponse{shards_of_the_stream(), 0});
                 if (sign(body).empty()) std::abort();
                 waiting.push_back({known_answer.empty() ? answer_to(body) : known_answer, std::move(answered)});
               }) {}

  // Returns the response to a body, and counts its records, bytes, and billing units. A write is billed in units
  // of 25 KiB of each record, including its partition key (https://aws.amazon.com/kinesis/data-streams/pricing/).
  std::string answer_to(std::string_view body) {
    std::string answer = R"({"Records":[)";
    constexpr std::string_view kData = R"({"Data":")", kKey = R"(","PartitionKey":")";
    for (size_t at = body.find(kData); at != body.npos; at = body.find(kData, at)) {
      at += kData.size();
      const size_t end = body.find('"', at), key = end + kKey.size();
      const std::string_view partition_key = body.substr(key, body.find('"', key) - key);
      const size_t record_bytes = (end - at) / 4 * 3 + partition_key.size();
      bytes_out += record_bytes;
      units += (record_bytes + 25'599) / 25'600;
      ++all_parcels;
      if (answer.back() != '[') answer += ',';
      answer += R"({"SequenceNumber":"1")";
      if (shards_matter) {
        answer += R"(,"ShardId":")";
        answer += static_cast<char>('0' + static_cast<int>(*kinesis::hash_of_partition_key(partition_key) >> 126));
        answer += '"';
      }
      answer += '}';
      at = key;
    }
    return answer + "]}";
  }

  void write(const std::vector<penstock_record>& records, std::string_view log_stream) {
    penstock_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof(penstock_record);
    batch.records = records.data();
    batch.record_count = records.size();
    batch.log_stream = bytes(log_stream);
    if (!writer.write(batch).ok()) std::abort();
  }
  // Sends everything that is queued, and responds to every call at once.
  void send() {
    still.now_ms += 1'000;
    for (writer.advance(); !waiting.empty(); writer.advance()) {
      Waiting call = std::move(waiting.back());
      waiting.pop_back();
      call.answered(aws::ServiceResponse{std::move(call.answer), 0});
    }
    writer.take_settled();
  }

  StillEnv still;
  const std::string known_answer;
  bool shards_matter;
  size_t all_parcels = 0, bytes_out = 0, units = 0;
  struct Waiting {
    std::string answer;
    aws::ServiceClient::Done answered;
  };
  std::vector<Waiting> waiting;
  std::unique_ptr<kinesis::DeadLetterFile> failures;
  kinesis::Writer writer;
};

kinesis::Writer::Options options(kinesis::Aggregator::Options aggregator = {}) {
  return {.stream = "penstock-out", .mem_limit_bytes = size_t{1} << 30, .calls = {.aggregator = aggregator}};
}

std::vector<penstock_record> records_of(const std::string& text) {
  std::vector<penstock_record> records(text.size() / kRecordBytes);
  for (size_t i = 0; i < records.size(); ++i) records[i].body = {text.data() + i * kRecordBytes, kRecordBytes};
  return records;
}

// Compares the three ways. They take turns for each call, so that a disturbance affects all of them. The shortest
// time of each call counts for each way.
void compare_with_bound(const std::string& text) {
  const std::vector<penstock_record> all = records_of(text);
  const size_t calls = all.size() / kinesis::kMaxRecordsPerCall;
  Output output(options(), kinesis::kMaxRecordsPerCall);
  std::string body;
  const auto bound = [&body](const std::vector<penstock_record>& records) {
    body.clear();
    for (const penstock_record& record : records) append_base64(body, view(record.body));
    if (sha256(body) == Sha256{}) std::abort();
  };
  const auto build = [&body](const std::vector<penstock_record>& records) {
    body.clear();
    kinesis::begin_put_records(body);
    for (const penstock_record& record : records) kinesis::append_put_record(body, view(record.body), kLogStream);
    kinesis::end_put_records(body, "penstock-out");
    if (sign(body).empty()) std::abort();
  };
  const auto whole = [&output](const std::vector<penstock_record>& records) {
    output.write(records, kLogStream);
    output.send();
  };
  std::vector<std::array<double, 3>> least(calls, {1e9, 1e9, 1e9});
  for (int turn = 0; turn < kTurns; ++turn) {
    for (size_t call = 0; call < calls; ++call) {
      const auto first = all.begin() + static_cast<ptrdiff_t>(call * kinesis::kMaxRecordsPerCall);
      const std::vector<penstock_record> records(first, first + kinesis::kMaxRecordsPerCall);
      const auto time = [&](double& at_least_s, const auto& way) {
        const double from = thread_cpu_s();
        way(records);
        at_least_s = std::min(at_least_s, thread_cpu_s() - from);
      };
      time(least[call][0], bound);
      time(least[call][1], build);
      time(least[call][2], whole);
    }
  }
  std::array<double, 3> seconds = {};
  for (const auto& call : least)
    for (size_t way = 0; way < seconds.size(); ++way) seconds[way] += call[way];
  const auto rate = [&](double of) {
    return static_cast<double>(calls * kinesis::kMaxRecordsPerCall * kRecordBytes) / 1e6 / of;
  };
  std::printf("%zu calls of %zu records of %zu bytes; processor time, the best of %d turns for each call\n", calls,
              kinesis::kMaxRecordsPerCall, kRecordBytes, kTurns);
  std::printf("base64 and SHA-256 alone %8.0f MB/s\n", rate(seconds[0]));
  std::printf("body and signature       %8.0f MB/s  %.2f of it\n", rate(seconds[1]), seconds[0] / seconds[1]);
  std::printf("the whole writer         %8.0f MB/s  %.2f of it, answers read and batches settled\n",
              rate(seconds[2]), seconds[0] / seconds[2]);
  print_bar({"PutRecords body and signature, speed relative to base64 and SHA-256 alone", seconds[0] / seconds[1],
             Limit::at_least, 0.7, "x"});
}

// Prints the allocations of calls with few and with many records, which show that they depend on the calls, not on
// the records.
void count_allocations(const std::string& text) {
  for (const size_t parcels : {size_t{10}, size_t{100}, kinesis::kMaxRecordsPerCall}) {
    std::vector<penstock_record> records = records_of(text);
    records.resize(parcels);
    Output output(options(), parcels);
    constexpr size_t kCalls = 100;
    size_t before = 0;
    for (size_t call = 0; call < 2 * kCalls; ++call) {
      if (call == kCalls) before = allocations;  // the first half is the warm-up
      output.write(records, kLogStream);
      output.send();
    }
    const double a_call = static_cast<double>(allocations - before) / kCalls;
    std::printf("%3zu records a call: %6.1f allocations a call, %6.3f a record\n", parcels, a_call,
                a_call / static_cast<double>(parcels));
  }
}

// Prints the effect of each aggregation format on the records of the corpus, at 20,000 records a second with the
// default linger.
void show_packing() {
  const std::vector<CorpusMessage> corpus = make_corpus();
  struct Way {
    const char* name;
    kinesis::Aggregator::Options aggregator;
  };
  const Way ways[] = {
      {"as they are", {}},
      {"gzip", {.gzip = true}},
      {"newline", {.aggregate = kinesis::Aggregator::Aggregate::newline}},
      {"newline, gzip", {.aggregate = kinesis::Aggregator::Aggregate::newline, .gzip = true}},
      {"kpl, 4 shards", {.aggregate = kinesis::Aggregator::Aggregate::kpl}},
      {"kpl, random", {.aggregate = kinesis::Aggregator::Aggregate::kpl, .random_hash_keys = true}}};
  std::printf("\n%-14s %10s %12s %14s %14s %12s\n", "packing", "records", "bytes", "sent a record", "units/1000",
              "s a million");
  for (const Way& way : ways) {
    Output output(options(way.aggregator));
    logs::SubscriptionReader reader(16 << 20);
    logs::LambdaFilter filter{logs::LambdaFilterOptions{}};
    const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
      return static_cast<Output*>(ctx)->writer.write(*batch).ok() ? PENSTOCK_OK : PENSTOCK_E_INVALID;
    };
    size_t written = 0, sent = 0;
    double seconds = 0;
    for (const CorpusMessage& message : corpus) {
      penstock_batch batch = {};
      reader.begin(message.gzip, {});
      while (reader.next(batch) == logs::SubscriptionReader::Step::batch)
        if (filter.apply(batch, emit, &output) != PENSTOCK_OK) std::abort();
      written = static_cast<size_t>(output.writer.counters().received_records);
      if (written - sent < 2'000) continue;
      sent = written;
      const double from = thread_cpu_s();
      output.send();
      seconds += thread_cpu_s() - from;
    }
    output.send();
    const auto records = static_cast<double>(output.writer.counters().received_records);
    std::printf("%-14s %10zu %12zu %14.1f %14.1f %12.2f\n", way.name, output.all_parcels, output.bytes_out,
                static_cast<double>(output.bytes_out) / records,
                static_cast<double>(output.units) * 1000 / records, seconds / static_cast<double>(sent) * 1e6);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CorpusRandom random(7);
  std::string text((argc > 1 ? static_cast<size_t>(std::atoi(argv[1])) : 16) << 20, '\0');
  for (char& c : text) c = static_cast<char>(' ' + random.below(95));
  compare_with_bound(text);
  count_allocations(text);
  show_packing();
}
