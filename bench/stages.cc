#include "bench/stages.h"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/bytes.h"
#include "base/crypto.h"
#include "core/aws/credentials.h"
#include "core/aws/sigv4.h"
#include "core/kinesis/put_records.h"

namespace penstock {

namespace {

constexpr size_t kLimitBytes = 16 << 20;

// Stops the benchmark if it does not do its work, because it would then measure nothing.
void require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "penstock-bench: %s failed\n", what);
  std::abort();
}

}  // namespace

Stages::Decoder::Decoder(logs::Inflater inflater)
    : gunzip(inflater), reader(kLimitBytes, logs::ExtractedFields::drop, inflater) {}

Stages::Stages(std::vector<CorpusMessage> corpus)
    : corpus_(std::move(corpus)), filter_(logs::LambdaFilterOptions{}) {
  size_t largest = 0;
  for (const CorpusMessage& message : corpus_) {
    text_bytes_ += static_cast<double>(message.json.size());
    gzip_bytes_ += static_cast<double>(message.gzip.size());
    events_ += static_cast<double>(message.ids.size());
    largest = std::max(largest, message.json.size());
  }
  text_.resize(largest);
}

void Stages::print_corpus() const {
  CorpusLineCounts lines = {};
  size_t least = SIZE_MAX;
  size_t most = 0;
  for (const CorpusMessage& message : corpus_) {
    for (size_t kind = 0; kind < lines.size(); ++kind) lines[kind] += message.lines[kind];
    least = std::min(least, message.ids.size());
    most = std::max(most, message.ids.size());
  }
  std::printf("%zu messages of %zu to %zu events: %.0f events, %.1f MB of JSON, %.0f bytes an event\n",
              corpus_.size(), least, most, events_, text_bytes_ / 1e6, text_bytes_ / events_);
  std::printf("gzip level %d, compressed %.2f:1; lines:", CorpusOptions().gzip_level, text_bytes_ / gzip_bytes_);
  for (size_t kind = 0; kind < lines.size(); ++kind)
    std::printf(" %s %.1f%%", kCorpusLineNames[kind], 100 * static_cast<double>(lines[kind]) / events_);
  std::printf("\n");
}

size_t Stages::zlib(logs::Inflater) {
  constexpr int kGzip = 15 + 16;
  text_.resize(text_.capacity());
  size_t total = 0;
  z_stream z = {};
  require(inflateInit2(&z, kGzip) == Z_OK, "inflateInit2");
  for (const CorpusMessage& message : corpus_) {
    inflateReset(&z);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.gzip.data()));
    z.avail_in = static_cast<uInt>(message.gzip.size());
    z.next_out = reinterpret_cast<Bytef*>(text_.data());
    z.avail_out = static_cast<uInt>(text_.size());
    require(inflate(&z, Z_FINISH) == Z_STREAM_END, "inflate");
    total += z.total_out;
  }
  inflateEnd(&z);
  return total;
}

size_t Stages::gunzip(logs::Inflater inflater) {
  size_t total = 0;
  for (const CorpusMessage& message : corpus_) {
    require(decoder(inflater).gunzip.inflate(message.gzip, kLimitBytes, text_).ok(), "gunzip");
    total += text_.size();
  }
  return total;
}

size_t Stages::split(logs::Inflater inflater) {
  logs::SubscriptionReader& reader = decoder(inflater).reader;
  size_t total = 0;
  penstock_batch batch = {};
  for (const CorpusMessage& message : corpus_) {
    reader.begin(message.gzip, {});
    while (reader.next(batch) == logs::SubscriptionReader::Step::batch) total += batch.record_count;
    require(reader.problem().ok(), "split");
  }
  return total;
}

size_t Stages::filter(logs::Inflater inflater) {
  logs::SubscriptionReader& reader = decoder(inflater).reader;
  size_t total = 0;
  const auto count = [](void* ctx, const penstock_batch* batch) -> int32_t {
    *static_cast<size_t*>(ctx) += batch->record_count;
    return PENSTOCK_OK;
  };
  penstock_batch batch = {};
  for (const CorpusMessage& message : corpus_) {
    reader.begin(message.gzip, {});
    while (reader.next(batch) == logs::SubscriptionReader::Step::batch)
      require(filter_.apply(batch, count, &total) == PENSTOCK_OK, "filter");
    require(reader.problem().ok(), "split");
  }
  return total;
}

namespace {

// A builder of calls that collects records as the output does, and signs each call.
struct CallBuilder {
  aws::sigv4::SigningKey key;
  std::string body;
  size_t records = 0;
  size_t bytes = 0;
  size_t signed_bytes = 0;

  void add(std::string_view data, std::string_view partition_key) {
    const size_t size = kinesis::put_record_bytes(data, partition_key);
    if (records == kinesis::kMaxRecordsPerCall || bytes + size > kinesis::kMaxCallBytes) finish();
    if (records++ == 0) kinesis::begin_put_records(body);
    bytes += size;
    kinesis::append_put_record(body, data, partition_key);
  }

  void finish() {
    if (records == 0) return;
    kinesis::end_put_records(body, "penstock-out");
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
    credentials.secret_access_key = "a secret of some forty characters, not more";
    const std::string header =
        aws::sigv4::authorization(credentials, {"20190825T135915Z", "us-east-1", "kinesis"}, request, key);
    signed_bytes += body.size() + header.size();
    body.clear();
    records = bytes = 0;
  }
};

}  // namespace

size_t Stages::put_records(logs::Inflater inflater) {
  logs::SubscriptionReader& reader = decoder(inflater).reader;
  CallBuilder calls;
  const auto add = [](void* ctx, const penstock_batch* batch) -> int32_t {
    for (uint64_t i = 0; i < batch->record_count; ++i)
      static_cast<CallBuilder*>(ctx)->add(view(batch->records[i].body), view(batch->log_stream));
    return PENSTOCK_OK;
  };
  penstock_batch batch = {};
  for (const CorpusMessage& message : corpus_) {
    reader.begin(message.gzip, {});
    while (reader.next(batch) == logs::SubscriptionReader::Step::batch)
      require(filter_.apply(batch, add, &calls) == PENSTOCK_OK, "filter");
    require(reader.problem().ok(), "split");
  }
  calls.finish();
  return calls.signed_bytes;
}

}  // namespace penstock
