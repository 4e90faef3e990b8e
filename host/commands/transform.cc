#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/coded_text.h"
#include "base/text.h"
#include "host/commands/commands.h"
#include "host/plan/load_config.h"
#include "host/plan/running_stage.h"
#include "host/transform/base64_lines.h"
#include "host/transform/json_splitter.h"
#include "host/transform/summary.h"
#include "host/transform/transformer.h"
#include "host/util/arguments.h"
#include "host/util/byte_source.h"
#include "host/util/command_info.h"

namespace penstock::host {

namespace {

// Maximum size of one document: more than any record of a stream, inflated.
constexpr size_t kDocumentLimitBytes = 64 << 20;

// The options of lambda_logs that do not change the member names that a summary reads.
constexpr std::array<std::string_view, 5> kOptionsOfSummary = {"include", "exclude", "drop", "normalize_level",
                                                               "parse_json_in_message"};

// Returns the first section of that kind for the stage with that id, or nullptr.
const Section* section_of(const Conf& conf, std::string_view kind, std::string_view id) {
  const auto found = std::find_if(conf.sections.begin(), conf.sections.end(), [&](const Section& section) {
    const Entry* const name = section.find("Name");
    return equal_without_case(section.name, kind) && name != nullptr && equal_without_case(name->value, id);
  });
  return found == conf.sections.end() ? nullptr : &*found;
}

// Returns the filter with that id and the checked options of its first section in the conf; without such a
// section, those of its options that the input's section has.
StagePlan filter_plan(const Conf& conf, const Modules& modules, const char* id, std::vector<Problem>& problems) {
  StagePlan plan;
  plan.stage = modules.find(PENSTOCK_FILTER, id);
  plan.label = std::string("filter:") + id;
  if (plan.stage == nullptr) {
    problems.push_back(Problem::error({}, "PS0848",
                                      std::string("the plugin has no filter '") + id +
                                          "'; install libpenstock.so from the package of this program"));
    return plan;
  }
  const Section* const own = section_of(conf, "FILTER", id);
  const Section* const found = own != nullptr ? own : section_of(conf, "INPUT", "penstock_kinesis");
  if (found == nullptr) return plan;
  Section section = *found;
  if (own == nullptr) {
    const std::vector<std::string> names = option_names(*plan.stage);
    std::erase_if(section.entries, [&](const Entry& entry) { return !knows(names, entry.key); });
  }
  plan.place = section.place;
  plan.options = stage_options(section, *plan.stage, problems);
  check_options(*plan.stage, plan.options, plan.place, problems);
  return plan;
}

// Reads from the filter's counters how many events it left out.
void read_left_out(const client::Instance& records, Summary::Rest& rest) {
  const auto read = [](void* ctx, const penstock_stat* stat) {
    auto& out = *static_cast<Summary::Rest*>(ctx);
    if (std::strcmp(stat->name, "dropped_records") == 0) out.dropped = stat->value;
    if (std::strcmp(stat->name, "excluded_records") == 0) out.excluded = stat->value;
  };
  records.stats(read, &rest);
}

void transform_stream(int fd, const std::string& name, Transformer& transformer) {
  ByteSource source(fd);
  const auto take = [&](std::string_view text, bool is_json, bool too_large, int64_t line) {
    const std::string place = name + ":" + std::to_string(line);
    if (too_large)
      transformer.fail(
          place, "PS0926",
          "the document is larger than the limit of " + std::to_string(kDocumentLimitBytes >> 20) + " MiB");
    else
      transformer.document(text, is_json, place);
  };
  Base64Lines lines(kDocumentLimitBytes, [&](const Base64Lines::Text& base64) {
    take(base64.text, false, base64.too_large, base64.line);
  });
  JsonSplitter documents(kDocumentLimitBytes, [&](const Document& document) {
    if (document.kind == Document::Kind::line) return lines.line(document.text, document.line);
    lines.end();
    take(document.text, true, document.kind == Document::Kind::too_large, document.line);
  });
  std::string_view bytes;
  ByteSource::ReadResult answer = ByteSource::ReadResult::end;
  while (!transformer.reader_gone() && (answer = source.next(bytes)) == ByteSource::ReadResult::bytes) {
    documents.feed(bytes);
    transformer.flush();
  }
  if (answer == ByteSource::ReadResult::failed) {
    transformer.fail(name, "PS0925", source.error());  // the truncated document does not count as another failure
  } else {
    documents.finish();
    lines.end();
  }
  transformer.flush();
}

void transform_file(const std::string& name, Transformer& transformer) {
  if (name == "-") return transform_stream(STDIN_FILENO, "stdin", transformer);
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return transformer.fail(printable(name, kMaxPrintedLineBytes), "PS0925",
                            std::string("cannot open the file: ") + std::strerror(errno));
  transform_stream(fd, printable(name, kMaxPrintedLineBytes), transformer);
  close(fd);
}

int transform_files(const StagePlan& messages_plan, const StagePlan& records_plan,
                    const std::vector<std::string>& files, Summary* summary) {
  Log log(STDERR_FILENO);
  log.set_level(PENSTOCK_LOG_WARN);
  std::string error;
  const auto messages = RunningStage::open(messages_plan, log, error);
  const auto records = messages ? RunningStage::open(records_plan, log, error) : nullptr;
  if (!records) {
    const StagePlan& failed = messages ? records_plan : messages_plan;
    print_problems({Problem::of_stage(failed.place, in_context("cannot start " + failed.label, error))});
    return kExitFailed;
  }
  Transformer transformer(messages->instance, records->instance, summary, STDOUT_FILENO);
  for (const std::string& file : files)
    if (!transformer.reader_gone()) transform_file(file, transformer);
  if (summary != nullptr) {
    Summary::Rest rest{transformer.source_records(), transformer.failures()};
    read_left_out(records->instance, rest);
    transformer.write(summary->text(rest));
  }
  std::fprintf(stderr, "penstock transform: source records: %lld, log events: %lld, failures: %lld\n",
               static_cast<long long>(transformer.source_records()), static_cast<long long>(transformer.records()),
               static_cast<long long>(transformer.failures()));
  return transformer.failures() == 0 ? kExitFine : kExitFailed;
}

}  // namespace

CommandInfo transform_info() {
  return {
      "transform",
      "Convert subscription messages to records.",
      {{"[-c FILE]", "[-e PLUGIN.so]", "[--summary]", "[FILE...]"}},
      {"Prints the records that a pipeline would make of CloudWatch Logs subscription messages, as lines of JSON. "
       "Reads "
       "the files, or standard input if no file is named or if a name is \"-\". Detects the format, gzip or text, "
       "which "
       "may contain in any mixture:",
       "- subscription messages as JSON, on one or several lines",
       "- gzip records in base64, one per line, or wrapped at 76 or 64 columns",
       "- the output of aws kinesis get-records",
       "- events of a Lambda function that reads a stream ({\"Records\": ...}) or a subscription ({\"awslogs\": "
       "...})",
       "Reports each piece that cannot be read on standard error, with its place, and continues. Prints the "
       "number of "
       "records and failures at the end."},
      {with_help(
           kConfOption,
           "Configuration file, for the options of its lambda_logs and cloudwatch_logs filters. Without such a "
           "filter, the options of its input penstock_kinesis apply."),
       with_help(kPluginOption, "Plugin to open instead of libpenstock.so."),
       {"--summary",
        {},
        {},
        "Print a summary instead of the records: their number by lambda.event and level, failures, the slowest "
        "reports, and log groups. Only options that select or parse records apply."},
       kHelpOption},
      {{kExitFine, "Everything was converted."},
       {kExitFailed, "The configuration has an error, or a piece of the input could not be read."},
       kUsageExit}};
}

int transform_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = transform_info();
  const std::string wrong = arguments.parse(args, info.options);
  if (!wrong.empty()) return usage_error("transform", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  std::vector<std::string> files = arguments.words();
  if (files.empty()) {
    if (isatty(STDIN_FILENO) == 1)
      return usage_error("transform", "PS0905",
                         "the input is missing: name files, or pipe data to standard input");
    files.emplace_back("-");
  }

  Conf conf;
  if (arguments.has("-c")) conf = read_conf(arguments.last("-c"), environment_variable);
  std::vector<Problem> problems = conf.problems;
  std::vector<PluginPath> plugins;
  for (const std::string& plugin : arguments.values("-e")) plugins.push_back({plugin, {}});
  Modules modules;
  if (open_plugins(plugins, modules, problems)) {
    const StagePlan messages = filter_plan(conf, modules, "cloudwatch_logs", problems);
    StagePlan records = filter_plan(conf, modules, "lambda_logs", problems);
    print_problems(problems);
    if (has_errors(problems)) return kExitFailed;
    if (!arguments.has("--summary")) return transform_files(messages, records, files, nullptr);
    std::erase_if(records.options, [](const Entry& option) {
      return std::none_of(kOptionsOfSummary.begin(), kOptionsOfSummary.end(),
                          [&](std::string_view kept) { return equal_without_case(kept, option.key); });
    });
    Summary summary;
    return transform_files(messages, records, files, &summary);
  }
  print_problems(problems);
  return kExitFailed;
}

}  // namespace penstock::host
