#include <poll.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "client/clock.h"
#include "host/commands/commands.h"
#include "host/http/http_get.h"
#include "host/plan/load_config.h"
#include "host/top/snapshot.h"
#include "host/top/terminal.h"
#include "host/top/top_view.h"
#include "host/util/arguments.h"
#include "host/util/command_info.h"
#include "host/util/signals.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

constexpr char kDefaultUrl[] = "http://127.0.0.1:2020";
constexpr int64_t kTimeoutMs = 5000;

struct TopOptions {
  std::string url;  // without a path
  int64_t interval_ms = 1000;
  int64_t count = INT64_MAX;  // of views
};

// Returns the URL of the server of a configuration. On failure returns nullopt; problem has the reason.
std::optional<std::string> url_of(const std::string& conf, const std::vector<std::string>& plugins,
                                  Problem& problem) {
  const LoadedConfig config = load_config(conf, plugins);
  for (const Problem& one : config.problems)
    if (!one.is_warning) {
      problem = one;
      return std::nullopt;
    }
  const Settings& settings = config.settings;
  if (!settings.http_server || settings.http_port == 0) {
    problem = Problem::error({conf, 0}, "PS0932",
                             "the configuration does not say where its HTTP server is: set HTTP_Server on and "
                             "HTTP_Port in [SERVICE], or name the URL that the log of the run shows");
    return std::nullopt;
  }
  std::string host = settings.http_listen;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(settings.http_port);
}

int failed(const std::string& url, const std::string& reason) {
  std::fprintf(stderr, "penstock top: %s\n",
               coded("PS0931", "cannot read " + printable(url, kMaxPrintedLineBytes) + "/stats: " + reason +
                                   "; is penstock running there, with HTTP_Server on in [SERVICE]?")
                   .c_str());
  return kExitFailed;
}

class Top {
 public:
  explicit Top(const TopOptions& options, HttpUrl url) : options_(options), url_(std::move(url)) {
    url_.path = "/stats";
  }

  // Returns false if the state cannot be read; error has the reason.
  bool run(std::string& error) {
    if (Terminal::available()) return run_screen(error);
    for (int64_t i = 0; i < options_.count && !ended(); ++i) {
      if (i > 0) wait();
      if (!refresh(error)) return ended();
      if (!print(format_line(now_, before_) + "\n")) return true;  // the reader is gone
    }
    return true;
  }

 private:
  // The last view stays on the terminal, also that of a run that has ended.
  bool run_screen(std::string& error) {
    std::vector<std::string> view;
    const bool readable = show_views(view, error);
    std::string text;
    for (const std::string& line : view) text += line + "\n";
    if (!print(text)) return true;  // the terminal is gone
    return readable;
  }

  // Shows views until the last one, q, or a signal.
  bool show_views(std::vector<std::string>& view, std::string& error) {
    // Before the screen changes: most errors are of the first request, and the resolver of names may take long.
    if (!refresh(error)) return ended();
    Terminal terminal;
    for (int64_t i = 1;; ++i) {
      const ViewSize size = terminal.size();
      view = format_screen(now_, before_, size);
      terminal.show(format_screen(now_, before_, size, "; press q to quit"));
      if (i >= options_.count || !wait_for_next_view(terminal)) return true;
      if (!refresh(error)) return ended();
    }
  }

  // Returns false if q or a signal ends the command.
  bool wait_for_next_view(Terminal& terminal) const {
    const int64_t end_ms = client::monotonic_ms() + options_.interval_ms;
    for (int64_t now_ms = 0; now_ms < end_ms; now_ms = client::monotonic_ms()) {
      const int timeout_ms = client::poll_timeout_ms(end_ms, client::monotonic_ms());
      if (terminal.wait_for_key(signals_.descriptor(), timeout_ms) == 'q') return false;
      if (ended()) return false;
    }
    return true;
  }

  // Returns whether a signal ends the command.
  bool ended() const { return signals_.received() != nullptr; }

  void wait() const {
    pollfd signal = {signals_.descriptor(), POLLIN, 0};
    ::poll(&signal, 1, static_cast<int>(options_.interval_ms));
  }

  bool refresh(std::string& error) {
    std::optional<std::string> body = http_get(url_, kTimeoutMs, signals_.descriptor(), error);
    if (!body) return false;
    std::optional<Snapshot> next = parse_snapshot(std::move(*body));
    if (!next) {
      error = "the response is not the state of a run";
      return false;
    }
    before_ = std::exchange(now_, std::move(*next));
    return true;
  }

  TopOptions options_;
  HttpUrl url_;
  Signals signals_{Signals::OnHangup::drain};
  Snapshot now_;
  Snapshot before_;
};

}  // namespace

CommandInfo top_info() {
  return {"top",
          "Show what a running pipeline does.",
          {{"[URL]", "[--interval DURATION]", "[-n COUNT]"},
           {"-c FILE", "[-e PLUGIN.so]...", "[--interval DURATION]", "[-n COUNT]"}},
          {"Reads /stats of the HTTP server of penstock run (HTTP_Server on in [SERVICE]) and shows rates, "
           "lag, records in flight, rejections, dead letters, and the shards with the highest lag. The key "
           "q ends it. If standard input or output is not a terminal, prints a line for each view."},
          {with_help(kConfOption, "Configuration file of the run, whose HTTP_Listen and HTTP_Port are used."),
           kPluginOption,
           {"--interval", "DURATION", {}, "Time between views. Default: 1s."},
           {"-n", "COUNT", "--count", "End after this number of views. Default: when q is pressed."},
           kHelpOption},
          {{kExitFine, "Ended by q, a signal, or -n."},
           {kExitFailed, "The state of the run cannot be read, or the configuration has an error."},
           kUsageExit}};
}

int top_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = top_info();
  const std::string wrong = arguments.parse(args, info.options);
  if (!wrong.empty()) return usage_error("top", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  if (arguments.words().size() + (arguments.has("-c") ? 1 : 0) > 1)
    return usage_error("top", "PS0905", "expected one URL, or -c FILE");
  TopOptions options;
  if (arguments.has("--interval")) {
    const std::string value = arguments.last("--interval");
    const std::optional<int64_t> interval_ms = parse_duration_ms(value);
    if (!interval_ms || *interval_ms < 100 || *interval_ms > 3'600'000)
      return usage_error(
          "top", "PS0903",
          "invalid --interval '" + printable(value, 60) + "': expected a duration from 100ms to 1h");
    options.interval_ms = *interval_ms;
  }
  if (arguments.has("-n")) {
    const std::string value = arguments.last("-n");
    const char* const end = value.data() + value.size();
    const auto [last, error] = std::from_chars(value.data(), end, options.count);
    if (error != std::errc() || last != end || options.count < 1)
      return usage_error("top", "PS0903", "invalid -n '" + printable(value, 60) + "': expected a number from 1");
  }
  options.url = arguments.words().empty() ? kDefaultUrl : arguments.words()[0];
  if (arguments.has("-c")) {
    Problem problem;
    const std::optional<std::string> url = url_of(arguments.last("-c"), arguments.values("-e"), problem);
    if (!url) {
      print_problems({problem});
      return kExitFailed;
    }
    options.url = *url;
  }
  while (options.url.ends_with('/')) options.url.pop_back();
  const std::optional<HttpUrl> url = HttpUrl::parse(options.url);
  if (!url || url->path != "/")
    return usage_error(
        "top", "PS0903",
        "invalid URL '" + printable(options.url) + "': expected http://HOST:PORT, such as " + kDefaultUrl);
  std::string error;
  return Top(options, *url).run(error) ? kExitFine : failed(options.url, error);
}

}  // namespace penstock::host
