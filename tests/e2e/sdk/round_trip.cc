#include "tests/e2e/sdk/round_trip.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "base/base64.h"
#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"

namespace penstock::e2e {
namespace {

constexpr size_t kMiB = 1 << 20, kLargest = 10 * kMiB, kMaxKeyCharacters = 256;

std::string repeated(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<std::string> awkward_keys() {
  std::vector<std::string> keys = {
      "a",
      std::string(1, '\0'),
      "\x01\x1f\x7f",
      "\b\f\n\r\t",
      R"("quotes" 'and' \back\slashes\\ \u0041 \")",
      " leading and trailing ",
      "</script><!-- %00 %41 {\"a\":1} ]",
      "\xC2\x80\xC2\x9F",          // C1 controls
      "\xE2\x80\xA8\xE2\x80\xA9",  // line and paragraph separators
      "\xE2\x80\xAE"
      "txt.exe",  // right-to-left override
      "\xEF\xBB\xBF"
      "bom",
      "\xEF\xBF\xBD\xEF\xBF\xBF",                      // replacement character, noncharacter
      "e\xCC\x81 \xC3\xA9",                            // decomposed and composed
      "\xED\x9F\xBF\xEE\x80\x80",                      // next to the surrogates
      "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF",              // first and last surrogate pair
      "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",  // an emoji of several characters
  };
  for (const char* character : {"k", "\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80"})
    keys.push_back(repeated(character, kMaxKeyCharacters));
  return keys;
}

std::string list_records() {
  std::string lines;
  size_t offset = 0;
  const auto add = [&](size_t size, const std::string& key) {
    lines += std::to_string(size) + " " + std::to_string(offset++) + " " + base64(key) + "\n";
  };
  for (const std::string& key : awkward_keys()) add(300 + offset, key);
  add(1, "one byte");
  for (const size_t size : {kMiB, kLargest})
    for (const std::string& key : {std::string("large"), repeated("\xF0\x9F\x98\x80", kMaxKeyCharacters)})
      add(size - key.size(), key);
  return lines;
}

std::string section(const char* kind, const OptionList& options) {
  std::string text = std::string("[") + kind + "]\n    Name penstock_kinesis\n";
  for (const auto& [key, value] : options) text += "    " + key + " " + value + "\n";
  return text;
}

}  // namespace

void expect_round_trip(const std::string& program, const std::vector<std::string>& arguments) {
  Deployment deployment(16, 2);
  deployment.server.with([](model::Service& service) {
    // The bytes matter here, not the rates.
    model::Limits& limits = service.settings().limits;
    limits.written_bytes_per_s = limits.read_bytes_per_s = 1 << 30;
    limits.get_calls_per_s = 1'000;
    for (const char* stream : {"in", "out"}) service.stream(stream)->set_max_record_bytes(kLargest);
  });
  OptionList input = deployment.input_options(), output = deployment.output_options();
  input.insert(input.end(), {{"Tag", "logs"}, {"format", "raw"}, {"initial_position", "trim_horizon"}});
  output.insert(
      output.end(),
      {{"Match", "*"}, {"partition_key", "source"}, {"max_record_bytes", "10M"}, {"max_request_bytes", "10M"}});
  const std::string conf = deployment.folder.path("agent.conf"), records = deployment.folder.path("records");
  write_file(conf, section("INPUT", input) + section("OUTPUT", output));
  write_file(records, list_records());
  const auto run_sdk = [&](const std::string& mode) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {mode, deployment.server.url(), records});
    const std::string log = deployment.folder.path("sdk.log");
    EXPECT_EQ(ChildProcess(program, all, log).wait(120), 0) << mode << ": " << read_file(log).substr(0, 5'000);
  };
  run_sdk("put");
  const std::string log = deployment.folder.path("host.log");
  HostProcess host({"run", "-c", conf}, log);
  const uint64_t put = deployment.stats().records_put;
  EXPECT_TRUE(host.until([&] { return deployment.stats().records_put == 2 * put; }, 120)) << read_file(log);
  host.signal(SIGTERM);
  EXPECT_EQ(host.wait(60), 0) << read_file(log);
  run_sdk("get");
}

}  // namespace penstock::e2e
