// The input alone, through the ABI: poll, split, and filter into an output that does nothing. The model of the
// service runs in another process and is called over loopback.
//
//   penstock-bench-input busy [SECONDS [SHARDS [tls]]]   all shards are full of messages
//   penstock-bench-input idle [SECONDS [SHARDS [tls]]]   all shards are empty, and asked once a second
//
// Rates are per second of processor time, so that other programs on the machine do not affect them.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/bars.h"
#include "bench/corpus.h"
#include "tests/e2e/plugin_client.h"
#include "tests/model_kinesis/certificate.h"
#include "tests/model_kinesis/server.h"

namespace {

using penstock::e2e::Instance;

constexpr uint32_t kIdleShards = 1000;

struct Case {
  bool busy = true;
  int seconds = 10;
  uint32_t shards = 24;
  bool tls = false;
};

int64_t now_ms() {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::steady_clock;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double cpu_seconds(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  text.erase(0, text.rfind(')') + 2);
  double ticks = 0;
  size_t at = 0;
  for (int field = 3; field <= 15; ++field) {
    const size_t end = text.find(' ', at);
    if (field >= 14) ticks += std::atof(text.substr(at, end - at).c_str());  // utime, stime
    at = end + 1;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Returns the time for which this process was runnable but had no processor, in seconds.
double waited_seconds() {
  std::ifstream schedule("/proc/self/schedstat");
  double run_ns = 0, waited_ns = 0;
  schedule >> run_ns >> waited_ns;
  return waited_ns / 1e9;
}

double status_mib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return std::atof(line.c_str() + field.size() + 1) / 1024;
  return 0;
}

int open_sockets() {
  int count = 0;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    count += std::filesystem::read_symlink(entry.path(), gone).string().starts_with("socket:") ? 1 : 0;
  return count;
}

// The model of the service in another process, which runs until this object is destroyed. It starts before
// anything is measured, and its memory is not part of the measurement.
class ModelProcess {
 public:
  explicit ModelProcess(const Case& what) {
    if (what.tls) certificate_ = penstock::model::make_certificate(std::filesystem::temp_directory_path());
    int ports[2] = {};
    if (pipe(ports) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) serve(what, ports[1]);
    if (read(ports[0], &port_, sizeof port_) != sizeof port_) std::abort();
  }
  ~ModelProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  ModelProcess(const ModelProcess&) = delete;
  ModelProcess& operator=(const ModelProcess&) = delete;

  pid_t pid() const { return pid_; }
  penstock::e2e::OptionList connection() const {
    penstock::e2e::OptionList options = {
        {"endpoint", (tls() ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_)}};
    if (tls()) options.emplace_back("ca_file", certificate_.cert);
    return options;
  }

 private:
  bool tls() const { return !certificate_.cert.empty(); }

  [[noreturn]] void serve(const Case& what, int port_to) {
    using namespace penstock::model;
    Server server({}, {.cert_file = certificate_.cert, .key_file = certificate_.key});
    server.with([&](Service& service) {
      service.create_stream("in", what.shards);
      if (!what.busy) return;
      constexpr size_t kBytesAShardSecond = 2 << 20;  // the read limit of a shard
      const size_t wanted = kBytesAShardSecond * what.shards * (static_cast<size_t>(what.seconds) + 2);
      const std::vector<penstock::CorpusMessage> corpus = penstock::make_corpus({.messages = 1000});
      for (size_t number = 0, put = 0; put < wanted; ++number) {
        const std::string& data = corpus[number % corpus.size()].gzip;
        service.preload("in", std::to_string(number), data);
        put += data.size();
      }
    });
    if (const std::string problem = server.start(); !problem.empty()) {
      std::fprintf(stderr, "%s\n", problem.c_str());
      _exit(1);
    }
    const int port = server.port();
    if (write(port_to, &port, sizeof port) != sizeof port) _exit(1);
    for (;;) pause();
  }

  penstock::model::CertificateFiles certificate_;
  pid_t pid_ = -1;
  int port_ = 0;
};

// The pipeline with a null output, which settles each batch as soon as that is allowed.
struct Pipeline {
  explicit Pipeline(const penstock::e2e::OptionList& input_options)
      : input(PENSTOCK_INPUT, "penstock_kinesis", input_options), filter(PENSTOCK_FILTER, "lambda_logs", {}) {}

  static int32_t from_input(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<Pipeline*>(ctx);
    self.unsettled.push_back(batch->ack_id);
    return self.filter->filter->apply(self.filter.get(), batch, from_filter, &self, nullptr);
  }
  static int32_t from_filter(void* ctx, const penstock_batch* batch) {
    static_cast<Pipeline*>(ctx)->records += batch->record_count;
    return PENSTOCK_OK;
  }
  void run(int64_t until_ms) {
    while (now_ms() < until_ms) {
      if (input->input->poll(input.get(), until_ms, from_input, this, nullptr) < 0) std::abort();
      for (const uint64_t id : unsettled) input->input->ack(input.get(), id, PENSTOCK_DELIVERED, nullptr);
      unsettled.clear();
    }
  }

  Instance input;
  Instance filter;
  std::vector<uint64_t> unsettled;
  uint64_t records = 0;
};

void run(const Case& what) {
  const ModelProcess model(what);
  setenv("AWS_ACCESS_KEY_ID", penstock::model::AccessKey{}.id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", penstock::model::AccessKey{}.secret.c_str(), 1);
  penstock::e2e::OptionList options = model.connection();
  options.insert(options.end(),
                 {{"stream", "in"}, {"region", "us-east-1"}, {"checkpoint", "memory"}, {"on_failure", "drop"}});
  Pipeline pipeline(options);
  pipeline.run(now_ms() + (what.busy ? 1000 : 5000));  // warm-up: all shards get their iterators

  struct Counts {
    double seconds, cpu, waited, model_cpu, compressed, text, calls;
    uint64_t records;
  };
  const auto count = [&]() -> Counts {
    const auto stat = [&](const char* name) { return static_cast<double>(pipeline.input.stat(name)); };
    return {static_cast<double>(now_ms()) / 1000,
            cpu_seconds(),
            waited_seconds(),
            cpu_seconds(model.pid()),
            stat("received_bytes"),
            stat("inflated_bytes"),
            stat("calls"),
            pipeline.records};
  };
  const Counts from = count();
  pipeline.run(now_ms() + what.seconds * int64_t{1000});
  const Counts to = count();

  const double seconds = to.seconds - from.seconds, cpu = to.cpu - from.cpu;
  const double compressed_mb = (to.compressed - from.compressed) / 1e6, text_mb = (to.text - from.text) / 1e6;
  std::printf("%s, %u shards, %s, %.1f s\n", what.busy ? "busy" : "idle", what.shards, what.tls ? "https" : "http",
              seconds);
  std::printf("processor: %.3f s, %.2f%% of a core, waited for one %.1f%% of the time; the model %.1f%%\n", cpu,
              100 * cpu / seconds, 100 * (to.waited - from.waited) / seconds,
              100 * (to.model_cpu - from.model_cpu) / seconds);
  std::printf("calls: %.0f a second, over %d connections\n", (to.calls - from.calls) / seconds, open_sockets());
  std::printf("resident memory: %.1f MiB, at most %.1f MiB\n", status_mib("VmRSS"), status_mib("VmHWM"));
  using penstock::Limit, penstock::print_bar;
  if (!what.busy) {
    if (what.shards != kIdleShards) return;  // the bars are for that many
    print_bar({"1,000 idle shards, of a core", 100 * cpu / seconds, Limit::at_most, 3, "%"});
    print_bar({"1,000 idle shards, memory", status_mib("VmHWM"), Limit::at_most, 16, " MiB"});
    return;
  }
  std::printf("records: %.0f a second, compressed %.1f:1\n",
              static_cast<double>(to.records - from.records) / seconds, text_mb / compressed_mb);
  std::printf("                      %12s %12s\n", "compressed", "logs");
  std::printf("MB a second           %12.1f %12.1f\n", compressed_mb / seconds, text_mb / seconds);
  std::printf("MB a processor second %12.1f %12.1f\n", compressed_mb / cpu, text_mb / cpu);
  std::printf("processor seconds a GB%12.2f %12.2f\n", cpu / compressed_mb * 1000, cpu / text_mb * 1000);
  print_bar({"busy input, compressed data per second of processor time", compressed_mb / cpu, Limit::at_least, 150,
             " MB/s"});
  print_bar({"input at full speed, memory", status_mib("VmHWM"), Limit::at_most, 64, " MiB"});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "busy";
  Case what;
  what.busy = mode == "busy";
  if (!what.busy) what = {.busy = false, .seconds = 30, .shards = kIdleShards};
  if (argc > 2) what.seconds = std::atoi(argv[2]);
  if (argc > 3) what.shards = static_cast<uint32_t>(std::atoi(argv[3]));
  what.tls = argc > 4 && argv[4] == std::string("tls");
  run(what);
}
