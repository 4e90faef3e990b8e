// The output stage end to end: records of 290 bytes through the plugin's ABI, over TLS on loopback, to a sink in
// another process that responds at once. Measures the processor time of this process per million records, the time
// of each part alone, and the memory used.
//
//   penstock-bench-output [TURNS [RECORDS_PER_TURN]]
#include <openssl/evp.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "bench/bars.h"
#include "bench/corpus.h"
#include "bench/cpu_time.h"
#include "bench/put_records_response.h"
#include "bench/tls_sink.h"
#include "core/aws/signed_request.h"
#include "core/kinesis/put_records.h"
#include "tests/e2e/plugin_client.h"

namespace {

using namespace penstock;

constexpr size_t kRecordBytes = 290;
constexpr size_t kRecordsPerBatch = 180;  // about as many as in a subscription message
constexpr size_t kBatches = 50;
constexpr size_t kTlsRecordBytes = size_t{16} << 10;

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::exit(2);
}

int64_t now_ms() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

double peak_memory_mib() {
  rusage used = {};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

// Batches as in the pipeline, each of its own log stream, to write repeatedly.
class Source {
 public:
  Source() : text_(kBatches * kRecordsPerBatch * kRecordBytes, '\0') {
    CorpusRandom random(7);
    for (char& c : text_) c = static_cast<char>(' ' + random.below(95));
    for (size_t i = 0; i < kBatches; ++i)
      log_streams_.push_back("2019/08/25/[$LATEST]0123456789abcdef0123456789abcd" + std::to_string(10 + i));
    records_.resize(kBatches * kRecordsPerBatch);
    for (size_t i = 0; i < records_.size(); ++i)
      records_[i].body = {text_.data() + i * kRecordBytes, kRecordBytes};
  }

  penstock_batch batch(size_t number) const {
    const size_t index = number % kBatches;
    penstock_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof(penstock_record);
    batch.ack_id = number + 1;
    batch.records = records_.data() + index * kRecordsPerBatch;
    batch.record_count = kRecordsPerBatch;
    batch.log_group = bytes("/aws/lambda/orders");
    batch.log_stream = bytes(log_streams_[index]);
    return batch;
  }
  std::string_view data(size_t record) const { return view(records_[record % records_.size()].body); }
  std::string_view key(size_t record) const { return log_streams_[record / kRecordsPerBatch % kBatches]; }

 private:
  std::string text_;
  std::vector<std::string> log_streams_;
  std::vector<penstock_record> records_;
};

// The output stage, driven as a host drives it.
class Output {
 public:
  explicit Output(const TlsSink& sink)
      : stage_(PENSTOCK_OUTPUT, "penstock_kinesis",
               {{"stream", "out"},
                {"region", "us-east-1"},
                {"endpoint", sink.url()},
                {"ca_file", sink.ca_file()},
                {"on_failure", "drop"}}) {
    error_.struct_size = sizeof error_;
  }

  // Writes and delivers batches. Returns the processor time of write(), in seconds.
  double run(const Source& source, size_t batches) {
    double write_s = 0;
    const size_t last = written_ + batches;
    while (settled_ < last) {
      if (written_ < last && !full_) {
        const double from = thread_cpu_s();
        for (int i = 0; i < 4 && written_ < last && !full_; ++i) {
          const penstock_batch batch = source.batch(written_++);
          full_ = judge(stage_->output->write(stage_.get(), &batch, &error_)) == PENSTOCK_FULL;
        }
        write_s += thread_cpu_s() - from;
      }
      full_ = judge(stage_->output->pump(stage_.get(), 0, settled, this, &error_)) == PENSTOCK_FULL;
      if (full_ || written_ == last) wait();
    }
    return write_s;
  }

 private:
  static void settled(void* ctx, uint64_t, int32_t outcome) {
    if (outcome != PENSTOCK_DELIVERED) give_up("a batch was not delivered");
    ++static_cast<Output*>(ctx)->settled_;
  }

  int32_t judge(int32_t code) const {
    if (code < 0) give_up(error_.text);
    return code;
  }

  void wait() {
    const int64_t wait_ms = stage_->next_deadline_ms(stage_.get()) - now_ms();
    pollfd descriptor = {stage_->descriptor(stage_.get()), POLLIN, 0};
    if (wait_ms > 0) poll(&descriptor, 1, static_cast<int>(std::min<int64_t>(wait_ms, 1'000)));
    if (stage_.stat("failed_calls") > 0) give_up(stage_.log().back().c_str());
  }

  e2e::Instance stage_;
  penstock_error error_ = {};
  size_t written_ = 0, settled_ = 0;
  bool full_ = false;
};

// Processor time of the parts of a call that can be measured alone, with the same records.
struct Parts {
  double body_s = 0, sign_s = 0, cipher_s = 0, answer_s = 0;
  double base64_s = 0, sha256_s = 0;  // which body_s and sign_s include
  double alone_s() const { return base64_s + sha256_s + cipher_s; }
};

class Cipher {
 public:
  void encrypt(std::string_view plain) {
    for (size_t at = 0; at < plain.size(); at += kTlsRecordBytes) {
      const std::string_view piece = plain.substr(at, kTlsRecordBytes);
      int size = 0;
      if (EVP_EncryptInit_ex(context_, nullptr, nullptr, nullptr, nonce_.data()) != 1 ||
          EVP_EncryptUpdate(context_, out_.data(), &size, reinterpret_cast<const unsigned char*>(piece.data()),
                            static_cast<int>(piece.size())) != 1 ||
          EVP_EncryptFinal_ex(context_, out_.data(), &size) != 1)
        give_up("AES-GCM");
      ++nonce_[0];
    }
  }
  Cipher() {
    const std::array<unsigned char, 32> key = {1, 2, 3};
    if (EVP_EncryptInit_ex(context_, EVP_aes_256_gcm(), nullptr, key.data(), nonce_.data()) != 1)
      give_up("AES-GCM");
  }
  ~Cipher() { EVP_CIPHER_CTX_free(context_); }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;

 private:
  EVP_CIPHER_CTX* context_ = EVP_CIPHER_CTX_new();
  std::array<unsigned char, 12> nonce_ = {};
  std::array<unsigned char, kTlsRecordBytes> out_;
};

Parts run_parts(const Source& source, size_t records) {
  Parts parts;
  Cipher cipher;
  aws::Credentials credentials;
  credentials.access_key_id = "AKIDEXAMPLE";
  credentials.secret_access_key = "a-secret-of-some-forty-characters-not-more";
  aws::sigv4::SigningKey key;
  const aws::Endpoint endpoint = {.url = "https://kinesis.us-east-1.amazonaws.com",
                                  .host = "kinesis.us-east-1.amazonaws.com",
                                  .region = "us-east-1",
                                  .service = "kinesis",
                                  .source = ""};
  const std::string whole_answer = put_records_answer(kinesis::kMaxRecordsPerCall);
  const auto timed = [](double& sum_s, const auto& part) {
    const double from = thread_cpu_s();
    part();
    sum_s += thread_cpu_s() - from;
  };
  for (size_t first = 0; first + kinesis::kMaxRecordsPerCall <= records; first += kinesis::kMaxRecordsPerCall) {
    HttpRequest request = aws::post_to(endpoint);
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "Kinesis_20131202.PutRecords"}};
    timed(parts.body_s, [&] {
      request.body.reserve(kinesis::put_records_body_bytes(
          kinesis::kMaxRecordsPerCall,
          kinesis::kMaxRecordsPerCall * kinesis::put_record_bytes(source.data(0), source.key(0))));
      kinesis::begin_put_records(request.body);
      for (size_t i = first; i < first + kinesis::kMaxRecordsPerCall; ++i)
        kinesis::append_put_record(request.body, source.data(i), source.key(i));
      kinesis::end_put_records(request.body, "out");
    });
    timed(parts.sign_s, [&] { aws::sign(request, credentials, endpoint, 1'566'741'555'000, key); });
    timed(parts.cipher_s, [&] { cipher.encrypt(request.body); });
    std::string encoded;
    encoded.reserve(request.body.size());
    timed(parts.base64_s, [&] {
      for (size_t i = first; i < first + kinesis::kMaxRecordsPerCall; ++i) append_base64(encoded, source.data(i));
    });
    timed(parts.sha256_s, [&] { sha256(request.body); });
    std::string answer = whole_answer;
    timed(parts.answer_s, [&] {
      if (!kinesis::read_put_records_response(answer, kinesis::kMaxRecordsPerCall).ok()) give_up("the answer");
    });
  }
  return parts;
}

struct Turn {
  double user_s, system_s, write_s;
  Parts parts;
  double all_s() const { return user_s + system_s; }
};

template <typename Value>
double least(const std::vector<Turn>& turns, const Value& value) {
  double least = 1e9;
  for (const Turn& turn : turns) least = std::min(least, value(turn));
  return least;
}

}  // namespace

int main(int argc, char** argv) {
  const int turns_wanted = argc > 1 ? std::atoi(argv[1]) : 10;
  const size_t batches = (argc > 2 ? static_cast<size_t>(std::atoll(argv[2])) : 100'000) / kRecordsPerBatch + 1;
  const size_t records = batches * kRecordsPerBatch;
  setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-some-forty-characters-not-more", 1);
  const TlsSink sink;
  const Source source;
  Output output(sink);

  output.run(source, batches / 10);  // warm-up: connects
  const TlsSink::Taken before = sink.taken();
  std::vector<Turn> turns;
  double memory_mib = 0;
  for (int i = 0; i < turns_wanted; ++i) {
    const ProcessCpu from = process_cpu();
    Turn turn = {};
    turn.write_s = output.run(source, batches);
    const ProcessCpu to = process_cpu();
    turn.user_s = to.user_s - from.user_s;
    turn.system_s = to.system_s - from.system_s;
    if (i == 0) memory_mib = peak_memory_mib();  // before the parts use memory of their own
    turn.parts = run_parts(source, records);
    turns.push_back(turn);
  }
  const TlsSink::Taken after = sink.taken();

  std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.all_s() < b.all_s(); });
  const Turn& best = turns.front();
  const double per_million = 1e6 / static_cast<double>(records);
  const auto sent = static_cast<double>(after.records - before.records);
  const auto calls = static_cast<double>(after.calls - before.calls);
  std::printf(
      "%.0f records of %zu bytes in %.0f calls, %.1f records a call; %.0f bytes of TLS a record out, %.0f in\n",
      sent, kRecordBytes, calls, sent / calls,
      static_cast<double>(after.wire_bytes_in - before.wire_bytes_in) / sent,
      static_cast<double>(after.wire_bytes_out - before.wire_bytes_out) / sent);
  std::printf(
      "processor time a million records: %.3f s, the best of %zu turns (%.3f user, %.3f system; "
      "median %.3f, worst %.3f)\n",
      best.all_s() * per_million, turns.size(), best.user_s * per_million, best.system_s * per_million,
      turns[turns.size() / 2].all_s() * per_million, turns.back().all_s() * per_million);
  double rest_s = best.all_s();
  const auto show = [&](const char* name, double seconds) {
    rest_s -= seconds;
    std::printf("  %-34s %6.3f s\n", name, seconds * per_million);
  };
  show("write(): copied into a batch", least(turns, [](const Turn& turn) { return turn.write_s; }));
  show("bodies: base64 and JSON", least(turns, [](const Turn& turn) { return turn.parts.body_s; }));
  show("SHA-256 of them, signatures", least(turns, [](const Turn& turn) { return turn.parts.sign_s; }));
  show("AES-GCM of them", least(turns, [](const Turn& turn) { return turn.parts.cipher_s; }));
  show("answers read", least(turns, [](const Turn& turn) { return turn.parts.answer_s; }));
  show("the rest: kernel, TLS, libcurl", rest_s);
  std::printf("memory at most: %.1f MiB\n", memory_mib);
  const double alone_s = least(turns, [](const Turn& turn) { return turn.parts.alone_s(); });
  print_bar({"host output over TLS, processor time per million records of 290 bytes", best.all_s() * per_million,
             Limit::at_most, 0.65, " s"});
  print_bar({"the same, relative to base64, SHA-256, and AES-GCM alone", best.all_s() / alone_s, Limit::at_most,
             1.55, "x"});
}
