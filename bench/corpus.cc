#include "bench/corpus.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "base/json_writer.h"
#include "base/time.h"
#include "tests/gzip.h"

namespace penstock {

namespace {

constexpr int64_t kFirstMs = 1718676426000;

// Returns which lines the application of a stream writes. percent is a number from 0 to 99 that is spread evenly
// over the streams. With Lambda's own lines added, Python and JSON lines are a third of all events each. The
// shares are fixed, not random, because there are few large messages.
CorpusLine runtime_of(uint64_t percent) {
  if (percent < 42) return CorpusLine::python;
  return percent < 84 ? CorpusLine::json : CorpusLine::node;
}

constexpr std::array<std::string_view, 16> kActions = {
    "Fetched",   "Reserved", "Sent",      "Wrote",   "Skipped", "Loaded",  "Checked",   "Computed",
    "Published", "Queued",   "Completed", "Retried", "Merged",  "Removed", "Validated", "Received"};
constexpr std::array<std::string_view, 16> kObjects = {
    "customer profile", "basket items",    "confirmation mail", "open invoice", "stock record",  "tenant config",
    "webhook",          "shipping cost",   "analytics event",   "order lock",   "workflow step", "payment intent",
    "refund",           "delivery window", "address",           "voucher"};
constexpr std::array<std::string_view, 16> kPlaces = {"from the cache",
                                                      "in the warehouse",
                                                      "through the queue",
                                                      "for the provider",
                                                      "after a newer version",
                                                      "on the second attempt",
                                                      "with its signature",
                                                      "by tariff",
                                                      "to the bus",
                                                      "at the gateway",
                                                      "without changes",
                                                      "before the deadline",
                                                      "in the background",
                                                      "for the region",
                                                      "as a batch",
                                                      "on demand"};
constexpr std::array<std::string_view, 6> kLevels = {"INFO", "INFO", "INFO", "DEBUG", "WARNING", "ERROR"};
constexpr std::array<std::string_view, 6> kNodeLevels = {"INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"};
constexpr std::array<std::string_view, 4> kPlain = {
    "Collecting usage statistics. To deactivate, set the option to false.",
    "OpenTelemetry exporter is not configured",
    "Matplotlib created a temporary cache directory because the default path is not a writable directory",
    "npm notice New minor version of the package manager is available"};

template <size_t size>
std::string_view pick(const std::array<std::string_view, size>& of, CorpusRandom& random) {
  return of[random.below(size)];
}

std::string hex_digits(CorpusRandom& random, size_t count) {
  std::string digits;
  while (digits.size() < count) digits += "0123456789abcdef"[random.below(16)];
  return digits;
}

std::string uuid(CorpusRandom& random) {
  return hex_digits(random, 8) + "-" + hex_digits(random, 4) + "-4" + hex_digits(random, 3) + "-a" +
         hex_digits(random, 3) + "-" + hex_digits(random, 12);
}

std::string decimal(CorpusRandom& random, uint64_t below) {
  std::array<char, 32> text;
  const int size =
      std::snprintf(text.data(), text.size(), "%llu.%02llu", static_cast<unsigned long long>(random.below(below)),
                    static_cast<unsigned long long>(random.below(100)));
  return {text.data(), static_cast<size_t>(size)};
}

std::string sentence(CorpusRandom& random) {
  std::string text(pick(kActions, random));
  text += ' ';
  text += pick(kObjects, random);
  text += ' ';
  return text += pick(kPlaces, random);
}

// A generator of the events of one log stream, one invocation after the other.
class StreamWriter {
 public:
  StreamWriter(CorpusRandom& random, uint64_t number) : random_(random) {
    runtime_ = runtime_of(number * 61 % 100);
    function_ = "orders-" + std::to_string(number % 17) + "-handler";
    time_ms_ = kFirstMs + static_cast<int64_t>(number) * 60000;
    // An event ID has 56 digits. The first half is the time in some unit; the last ones are a counter.
    id_ = "3" + std::to_string(8328912640000000 + number * 7919) + std::to_string(100000 + random_.below(900000)) +
          std::to_string(1000000000000000000 + number * 1000000007) + std::to_string(100 + random_.below(900));
  }

  CorpusMessage write(size_t events, const CorpusOptions& options);

 private:
  std::string next_line(CorpusLine& kind);
  std::string application_line(CorpusLine& kind);
  std::string python_line();
  std::string json_line();
  std::string node_line();

  CorpusRandom& random_;
  CorpusLine runtime_;
  std::string function_;
  std::string id_;
  int64_t time_ms_;
  std::string request_;
  uint64_t lines_left_ = 0;  // lines left in the invocation, including END and REPORT
};

std::string StreamWriter::python_line() {
  std::string line = "[" + std::string(pick(kLevels, random_)) + "]\t" + format_rfc3339(time_ms_) + "\t" +
                     request_ + "\t" + sentence(random_) + " order=" + std::to_string(random_.below(100000000)) +
                     " span=" + hex_digits(random_, 20) + " took=" + decimal(random_, 900) + "ms";
  if (random_.below(40) == 0)
    line += "\nTraceback (most recent call last):\n  File \"/var/task/" + function_ +
            ".py\", line 57, in handle\n    raise StepFailed(step)\norders.errors.StepFailed: step " +
            std::to_string(random_.below(9));
  return line + "\n";
}

std::string StreamWriter::json_line() {
  return "{\"level\":\"" + std::string(pick(kLevels, random_)) + "\",\"customer\":\"" + hex_digits(random_, 10) +
         "\",\"message\":\"" + sentence(random_) + "\",\"span\":\"" + hex_digits(random_, 16) +
         "\",\"timestamp\":\"" + format_rfc3339(time_ms_) + "\",\"service\":\"" + function_ +
         "\",\"requestId\":\"" + request_ + "\",\"duration_ms\":" + decimal(random_, 900) + "}\n";
}

std::string StreamWriter::node_line() {
  return format_rfc3339(time_ms_) + "\t" + request_ + "\t" + std::string(pick(kNodeLevels, random_)) + "\t" +
         sentence(random_) + " { orderId: " + std::to_string(random_.below(100000000)) + ", span: '" +
         hex_digits(random_, 16) + "'" + ", items: " + std::to_string(random_.below(20)) + " }\n";
}

std::string StreamWriter::application_line(CorpusLine& kind) {
  kind = random_.below(20) == 0 ? CorpusLine::plain : runtime_;
  switch (kind) {
    case CorpusLine::python:
      return python_line();
    case CorpusLine::json:
      return json_line();
    case CorpusLine::node:
      return node_line();
    default:
      return std::string(pick(kPlain, random_)) + "\n";
  }
}

std::string StreamWriter::next_line(CorpusLine& kind) {
  kind = CorpusLine::system;
  time_ms_ += static_cast<int64_t>(random_.below(40));
  if (lines_left_ == 0) {
    request_ = uuid(random_);
    lines_left_ = 8 + random_.below(16);
    return "START RequestId: " + request_ + " Version: $LATEST\n";
  }
  --lines_left_;
  if (lines_left_ == 1) return "END RequestId: " + request_ + "\n";
  if (lines_left_ > 1) return application_line(kind);
  const std::string duration = decimal(random_, 900);
  return "REPORT RequestId: " + request_ + "\tDuration: " + duration +
         " ms\tBilled Duration: " + duration.substr(0, duration.size() - 3) +
         " ms\tMemory Size: 512 MB\tMax Memory Used: " + std::to_string(80 + random_.below(40)) + " MB\t\n";
}

CorpusMessage StreamWriter::write(size_t events, const CorpusOptions& options) {
  CorpusMessage message;
  message.json = R"({"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"/aws/lambda/)" + function_ +
                 R"(","logStream":"2024/06/18/[$LATEST])" + hex_digits(random_, 32) +
                 R"(","subscriptionFilters":["to-kinesis"],"logEvents":[)";
  for (size_t index = 0; index < events; ++index) {
    std::array<char, 32> count;
    std::snprintf(count.data(), count.size(), "%010zu", index);
    message.ids.push_back(id_ + count.data());
    message.json += index == 0 ? "{\"id\":\"" : ",{\"id\":\"";
    message.json += message.ids.back() + R"(","timestamp":)";
    CorpusLine kind;
    const std::string line = next_line(kind);
    ++message.lines[static_cast<size_t>(kind)];
    message.json += std::to_string(time_ms_) + R"(,"message":)";
    append_json_string(message.json, line);
    message.json += '}';
  }
  message.json += "]}";
  message.gzip = gzip(message.json, options.gzip_level);
  return message;
}

}  // namespace

std::vector<CorpusMessage> make_corpus(const CorpusOptions& options) {
  CorpusRandom random(options.seed);
  const double ratio = static_cast<double>(options.max_events) / static_cast<double>(options.min_events);
  std::vector<CorpusMessage> corpus;
  for (uint64_t number = 0; number < options.messages; ++number) {
    const double place = static_cast<double>(random.below(1001)) / 1000;
    const double events = static_cast<double>(options.min_events) * std::pow(ratio, place);
    corpus.push_back(StreamWriter(random, number).write(static_cast<size_t>(std::lround(events)), options));
  }
  return corpus;
}

}  // namespace penstock
