#include <unistd.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "client/clock.h"
#include "host/commands/commands.h"
#include "host/observe/emf_report.h"
#include "host/observe/run_server.h"
#include "host/pipeline/loop.h"
#include "host/pipeline/reloader.h"
#include "host/plan/load_config.h"
#include "host/plan/stream_loops.h"
#include "host/util/arguments.h"
#include "host/util/command_info.h"
#include "host/util/log.h"
#include "host/util/log_writer.h"
#include "host/util/service_manager.h"
#include "host/util/signals.h"

namespace penstock::host {

namespace {

// Logs the problems. Returns whether there are errors among them.
bool report(Log& log, const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) log_problem(log, problem);
  return has_errors(problems);
}

// Loads a configuration with every check that the start makes.
LoadedConfig load(const std::string& conf, const std::vector<std::string>& plugins) {
  LoadedConfig config = load_config(conf, plugins);
  if (!has_errors(config.problems))
    for (Problem& loop : undecided_stream_loops(config.plan)) config.problems.push_back(std::move(loop));
  return config;
}

// Returns a line for metrics that standard output did not accept.
std::string dropped_metrics(int64_t lines) {
  const std::string text =
      coded("PS0946",
            "metrics were dropped because standard output does not accept them; lines: " + std::to_string(lines));
  return format_json({PENSTOCK_LOG_WARN, client::unix_ms(), "penstock", text}) + "\n";
}

// A process can open a plugin only once. This finds those that were replaced since.
class OpenedPlugins {
 public:
  void add(const Modules& modules, Log& log) {
    for (const PluginFile& file : modules.files()) {
      const auto [first, is_new] = files_.try_emplace(file.path, file);
      if (!is_new && first->second != file)
        log.warn(
            "PS0944", "penstock",
            "plugin '" + printable(file.path, kMaxPrintedLineBytes) +
                "' has changed on disk since it was opened; it continues as it was opened: restart penstock to "
                "use the new one");
    }
  }

 private:
  std::map<std::string, PluginFile> files_;  // by path, as they were when they were first opened
};

// Runs a configuration, and after it each one that SIGHUP loads.
class Run {
 public:
  Run(const std::string& conf, Reloader::Load load, const std::optional<int64_t>& exit_when_idle_ms, Log& log)
      : conf_(printable(conf, kMaxPrintedLineBytes)),
        exit_when_idle_ms_(exit_when_idle_ms),
        log_(log),
        signals_(Signals::OnHangup::reload),
        manager_(log),
        reloader_(std::move(load), signals_, log, manager_),
        server_(log) {}

  // Returns false if a stage did not start, which problem then describes, or the last run failed.
  bool run(LoadedConfig config, Problem& problem) {
    std::optional<LoadedConfig> previous;  // to return to
    std::string status = "penstock " PENSTOCK_VERSION " starts with configuration " + conf_;
    while (true) {
      log_.set_level(config.settings.log_level);
      log_.set_format(config.settings.log_format);
      plugins_.add(config.modules, log_);
      log_.info("penstock", status);
      Pipeline pipeline(log_);
      if (!server_.open(config.settings, problem) || !pipeline.open(config.plan, problem)) {
        if (!previous) return false;
        log_.error("PS0942", "penstock",
                   "the new configuration does not start: " +
                       (problem.place.file.empty() ? problem.text : to_line(problem)));
        problem = {};
        config = *std::exchange(previous, std::nullopt);
        status = "the previous configuration of " + conf_ + " continues: the new one did not start";
        continue;
      }
      previous.reset();
      manager_.ready(status);
      Loop loop(pipeline, signals_, log_, manager_, options(config.settings, pipeline));
      const bool fine = loop.run();
      if (!loop.reloads()) return fine;
      previous = std::exchange(config, reloader_.take());
      status = "the new configuration of " + conf_ + " starts";
    }
  }

  // Returns whether a thread still loads a configuration.
  bool is_loading() const { return reloader_.is_loading(); }

 private:
  LoopOptions options(const Settings& settings, Pipeline& pipeline) {
    LoopOptions options;
    options.grace_ms = settings.grace_ms;
    options.stats_interval_ms = settings.stats_interval_ms;
    options.exit_when_idle_ms = exit_when_idle_ms_;
    options.http = server_.serve(pipeline);
    if (settings.stats_format == StatsFormat::emf)
      options.on_stats = [this, report = EmfReport(pipeline)]() mutable {
        metrics().write(report.lines(client::unix_ms()));
      };
    options.reloader = &reloader_;
    return options;
  }

  // Returns the writer of standard output, which never waits for its reader.
  LogWriter& metrics() {
    if (!metrics_) metrics_ = std::make_unique<LogWriter>(STDOUT_FILENO, dropped_metrics);
    return *metrics_;
  }

  std::string conf_;  // printable
  std::optional<int64_t> exit_when_idle_ms_;
  Log& log_;
  Signals signals_;
  ServiceManager manager_;
  Reloader reloader_;
  OpenedPlugins plugins_;
  RunServer server_;
  std::unique_ptr<LogWriter> metrics_;
};

}  // namespace

CommandInfo run_info() {
  return {
      "run",
      "Run the pipeline of a configuration.",
      {{"-c FILE", "[-e PLUGIN.so]...", "[--exit-when-idle DURATION]"}},
      {"Runs until SIGTERM, SIGINT or SIGQUIT, and then drains: it stops reading, settles the records in flight "
       "within Grace ([SERVICE], 5 s by default), saves the checkpoints, and exits with 0. Another one of these "
       "signals, at least one second after the first, ends the process immediately; its exit code is then 128 "
       "plus the number of the signal.",
       "SIGHUP loads the configuration again. If it has no errors, penstock drains and continues with the new "
       "one; otherwise it logs the errors, and nothing changes."},
      {kConfOption,
       kPluginOption,
       {"--exit-when-idle",
        "DURATION",
        {},
        "Drain and exit after this time without new records, failed reads, records in flight, or lag. Seconds, or "
        "a number with suffix ms, s, m or h. Default: run until a signal."},
       kHelpOption},
      {{kExitFine, "Drained and closed."},
       {kExitFailed,
        "The configuration has an error, a stage did not start, an output ended by itself (for example, because "
        "the reader of standard output closed it), or some state could not be saved."},
       kUsageExit}};
}

int run_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = run_info();
  const std::string wrong = arguments.parse(args, info.options);
  if (!wrong.empty()) return usage_error("run", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  std::string conf;
  if (const std::string defect = arguments.read_conf_path(conf); !defect.empty())
    return usage_error("run", "PS0902", defect);
  std::optional<int64_t> exit_when_idle_ms;
  if (arguments.has("--exit-when-idle")) {
    const std::string value = arguments.last("--exit-when-idle");
    exit_when_idle_ms = parse_duration_ms(value);
    if (!exit_when_idle_ms)
      return usage_error("run", "PS0903",
                         "invalid --exit-when-idle '" + printable(value, 60) +
                             "': expected seconds, or a number with suffix ms, s, m or h");
  }

  Log log(STDERR_FILENO);
  const Reloader::Load load_again = [conf, plugins = arguments.values("-e")] { return load(conf, plugins); };
  LoadedConfig config = load_again();
  log.set_format(config.settings.log_format);
  if (report(log, config.problems)) return kExitFailed;
  Run run(conf, load_again, exit_when_idle_ms, log);
  Problem problem;
  const bool fine = run.run(std::move(config), problem);
  if (!problem.text.empty() && !fine) log_problem(log, problem);
  const int code = fine ? kExitFine : kExitFailed;
  if (run.is_loading()) {
    // The loader may wait for a service, and must not run while the libraries are unloaded.
    log.flush(LogWriter::kLastWordsMs);
    _exit(code);
  }
  return code;
}

}  // namespace penstock::host
