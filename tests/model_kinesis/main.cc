// penstock-model-kinesis: serves the model over HTTP or HTTPS until SIGTERM or SIGINT.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/model_kinesis/load.h"
#include "tests/model_kinesis/server.h"

namespace penstock::model {
namespace {

constexpr const char* kUsage = R"(penstock-model-kinesis: a strict model of Kinesis Data Streams on 127.0.0.1

  --port N               default 0: a free one
  --port-file FILE       the port is written there once requests are served
  --cert FILE --key FILE PEM; serve HTTPS
  --stream NAME:SHARDS   create a stream; may be repeated
  --load NAME=FILE       preload it, from JSON Lines of {"data":"<base64>","partition_key":"..."} or from the
                         event of a Lambda function; may be repeated
  --access-key ID        default AKIDEXAMPLE
  --secret-key SECRET    default the example secret of AWS's documentation
  --list-shards-page N   shards in a page of ListShards, default 1000
  --seed N               of the random faults, default 1
Random faults, each with its probability per call, 0 to 1:
  --throttle --internal-failure --close --lose-response --truncate --delay
  --delay-ms N           how long a delayed response waits, default 1000
  --reject-records       the share of rejected records in each PutRecords call

In addition to the API: GET /model/stats and GET /model/streams/NAME/records
)";

struct Arguments {
  Settings settings;
  ServerOptions server;
  FaultRates rates;
  std::string port_file;
  std::vector<std::pair<std::string, uint32_t>> streams;
  std::vector<std::pair<std::string, std::string>> loads;
};

template <typename Number>
bool parse(const std::string& text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

bool split_at_last(const std::string& text, char separator, std::string& left, std::string& right) {
  const size_t at = text.rfind(separator);
  if (at == std::string::npos || at == 0) return false;
  left = text.substr(0, at);
  right = text.substr(at + 1);
  return true;
}

using Setter = std::function<bool(const std::string&)>;

std::map<std::string, Setter> setters(Arguments& out) {
  const auto text = [](std::string& to) -> Setter {
    return [&to](const std::string& value) {
      to = value;
      return true;
    };
  };
  const auto number = [](auto& to) -> Setter {
    return [&to](const std::string& value) { return parse(value, to); };
  };
  const auto share = [](double& to) -> Setter {
    return [&to](const std::string& value) { return parse(value, to) && to >= 0 && to <= 1; };
  };
  return {
      {"--port", number(out.server.port)},
      {"--port-file", text(out.port_file)},
      {"--cert", text(out.server.cert_file)},
      {"--key", text(out.server.key_file)},
      {"--access-key", text(out.settings.keys[0].id)},
      {"--secret-key", text(out.settings.keys[0].secret)},
      {"--list-shards-page", number(out.settings.list_shards_page)},
      {"--seed", number(out.settings.seed)},
      {"--throttle", share(out.rates.throttle)},
      {"--internal-failure", share(out.rates.internal_failure)},
      {"--close", share(out.rates.close)},
      {"--lose-response", share(out.rates.lose_response)},
      {"--truncate", share(out.rates.truncate)},
      {"--delay", share(out.rates.delay)},
      {"--delay-ms", number(out.rates.delay_ms)},
      {"--reject-records", share(out.rates.reject_records)},
      {"--stream",
       [&out](const std::string& value) {
         std::string name, count;
         uint32_t shards = 0;
         if (!split_at_last(value, ':', name, count) || !parse(count, shards) || shards == 0) return false;
         out.streams.emplace_back(name, shards);
         return true;
       }},
      {"--load",
       [&out](const std::string& value) {
         const size_t at = value.find('=');
         if (at == std::string::npos) return false;
         out.loads.emplace_back(value.substr(0, at), value.substr(at + 1));
         return true;
       }},
  };
}

// Returns "", or the error.
std::string parse_arguments(const std::vector<std::string>& words, Arguments& out) {
  const std::map<std::string, Setter> known = setters(out);
  for (size_t i = 0; i < words.size(); i += 2) {
    const auto setter = known.find(words[i]);
    if (setter == known.end()) return "unknown option " + words[i] + "; see --help";
    if (i + 1 == words.size()) return words[i] + " needs a value; see --help";
    if (!setter->second(words[i + 1])) return words[i] + " cannot be " + words[i + 1] + "; see --help";
  }
  if (out.server.cert_file.empty() != out.server.key_file.empty()) return "--cert and --key go together";
  return {};
}

std::string prepare(Service& service, const Arguments& arguments) {
  for (const auto& [name, shards] : arguments.streams)
    if (!service.create_stream(name, shards)) return "--stream " + name + " is given twice";
  for (const auto& [name, path] : arguments.loads) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return "cannot read " + path;
    std::ostringstream content;
    content << file.rdbuf();
    const std::string error = load_records(service, name, content.str());
    if (!error.empty())
      return std::string("--load ").append(name).append("=").append(path).append(": ").append(error);
  }
  service.faults().set_rates(arguments.rates);
  return {};
}

// Renamed into place, so that a reader of the file never sees a part of the port.
bool write_port(const std::string& path, int port) {
  const std::string temporary = path + ".new";
  std::ofstream file(temporary);
  file << port << "\n";
  file.close();
  return file.good() && std::rename(temporary.c_str(), path.c_str()) == 0;
}

int fail(const std::string& message) {
  std::cerr << "penstock-model-kinesis: " << message << "\n";
  return 1;
}

int run(const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"--help"}) {
    std::cout << kUsage;
    return 0;
  }
  Arguments arguments;
  std::string error = parse_arguments(words, arguments);
  if (!error.empty()) return fail(error);

  // Blocked before the first thread starts, so that all threads inherit it and sigwait gets the signals.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  Server server(arguments.settings, arguments.server);
  server.with([&](Service& service) { error = prepare(service, arguments); });
  if (error.empty()) error = server.start();
  if (!error.empty()) return fail(error);
  if (!arguments.port_file.empty() && !write_port(arguments.port_file, server.port()))
    return fail("cannot write " + arguments.port_file);
  if (arguments.port_file.empty()) std::cout << server.url() << std::endl;
  int signal = 0;
  sigwait(&ending, &signal);
  return 0;
}

}  // namespace
}  // namespace penstock::model

int main(int argc, char** argv) { return penstock::model::run(std::vector<std::string>(argv + 1, argv + argc)); }
