#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/coded_text.h"
#include "base/suggest.h"
#include "base/text.h"
#include "client/options.h"
#include "host/conf/agent_keys.h"
#include "host/plan/plan.h"

namespace penstock::host {

namespace {

constexpr std::array<std::string_view, 5> kCommonKeys = {"name", "tag", "alias", "match", "match_regex"};

struct Findings {
  const penstock_stage& stage;
  const std::vector<Entry>& options;
  const Place& section;
  std::vector<Problem>& problems;
};

void add_finding(const Findings& findings, size_t option_index, const penstock_error* error) {
  // A stage of another author may give no code.
  std::string text =
      ensure_coded(printable(error == nullptr ? "the stage rejects an option, without a reason" : error->text,
                             kMaxPrintedLineBytes),
                   "PS0853");
  if (option_index >= findings.options.size()) {
    findings.problems.push_back(Problem::of_stage(findings.section, std::move(text)));
    return;
  }
  const Entry& entry = findings.options[option_index];
  const std::vector<std::string> names = option_names(findings.stage);
  if (!knows(names, entry.key)) {
    const std::string word = nearest(entry.key, names);
    if (text.find(word) == std::string::npos) text += suggestion(entry.key, names);
  }
  findings.problems.push_back(Problem::of_stage(entry.place, std::move(text)));
}

// Checks the options of a stage that has no check().
void check_against_table(const penstock_stage& stage, const Findings& findings) {
  const std::vector<std::string> names = option_names(stage);
  for (const Entry& entry : findings.options) {
    if (knows(names, entry.key)) continue;
    findings.problems.push_back(Problem::error(entry.place, "PS0850",
                                               std::string(kind_name(stage.kind)) + " '" + printable(stage.id) +
                                                   "' has no option '" + printable(entry.key, 60) + "'" +
                                                   suggestion(entry.key, names)));
  }
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    const penstock_option_info& info = client::option_info(stage, i);
    const bool given = std::any_of(findings.options.begin(), findings.options.end(),
                                   [&](const Entry& entry) { return equal_without_case(entry.key, info.name); });
    if (info.required != 0 && !given) {
      findings.problems.push_back(Problem::error(
          findings.section, "PS0851", "option '" + std::string(info.name) + "' is required: " + info.help));
    }
  }
}

// Joins the list of an option that accepts several values to one value; adds a problem for a list of any other
// option.
std::vector<Entry> with_lists_joined(const std::vector<Entry>& entries, const penstock_stage& stage,
                                     const std::vector<std::string>& known, std::vector<Problem>& problems) {
  std::vector<Entry> out;
  for (const Entry& entry : entries) {
    const bool joins = entry.item > 1 && knows(known, entry.key);
    if (entry.item == 1 && knows(known, entry.key) && !takes_list(stage, entry.key)) {
      problems.push_back(
          Problem::error(entry.place, "PS0852",
                         "'" + printable(entry.key, 60) + "' accepts one value, not a list; write a text"));
    }
    if (joins)
      out.back().value += "," + entry.value;
    else
      out.push_back(entry);
  }
  return out;
}

}  // namespace

Problem repeated(const Entry& first, const Entry& entry, bool last_counts) {
  return repeated_key(entry.key, first.place, entry.place, last_counts ? "the last" : "the first");
}

Problem repeated_option(const Entry& first, const Entry& entry) {
  if (first.value == entry.value) return repeated(first, entry, false);
  return Problem::error(entry.place, "PS0835",
                        "'" + printable(entry.key, 60) + "' is already set in " +
                            place_from(first.place, entry.place) + ", to another value; remove one of them");
}

bool is_common_key(std::string_view key) {
  return std::any_of(kCommonKeys.begin(), kCommonKeys.end(),
                     [&](std::string_view common) { return equal_without_case(common, key); });
}

std::vector<Entry> stage_options(const Section& section, const penstock_stage& stage,
                                 std::vector<Problem>& problems) {
  const std::vector<std::string> known = option_names(stage);
  Section of_stage = section;
  of_stage.entries = with_lists_joined(section.entries, stage, known, problems);
  std::vector<Entry> options;
  for (const Entry& entry : of_stage.entries) {
    const std::string key = lower_case(entry.key);
    const bool of_host = is_common_key(key);
    const AgentKey* agents = nullptr;
    if (!of_host && !knows(known, key)) agents = agent_key(stage.kind, key);
    if (!of_host && !knows(known, key) && agents == nullptr)
      agents = agent_stage_option(stage.kind, stage.id, key);
    const Entry* const first = of_stage.find(entry.key);
    if (first != &entry) {
      problems.push_back(of_host || agents != nullptr ? repeated(*first, entry, of_host && key != "name")
                                                      : repeated_option(*first, entry));
    } else if (agents != nullptr) {
      add_agent_key_problem(*agents, entry, problems);
    } else if (!of_host) {
      options.push_back(entry);
    }
  }
  return options;
}

std::vector<penstock_option> abi_options(const std::vector<Entry>& options) {
  std::vector<penstock_option> out;
  out.reserve(options.size());
  for (const Entry& entry : options) out.push_back({bytes(entry.key), bytes(entry.value)});
  return out;
}

void check_options(const penstock_stage& stage, const std::vector<Entry>& options, const Place& section,
                   std::vector<Problem>& problems) {
  const Findings findings{stage, options, section, problems};
  if (stage.check == nullptr) return check_against_table(stage, findings);
  const size_t before = problems.size();
  const int32_t result = client::check_options(
      stage, abi_options(options),
      [&](size_t option_index, const penstock_error* error) { add_finding(findings, option_index, error); });
  if (result < 0 && problems.size() == before) {
    problems.push_back(Problem::error(
        section, "PS0853", "'" + printable(stage.id) + "' rejects the options of this section, without a reason"));
  }
}

}  // namespace penstock::host
