#include "host/plan/plan.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "base/text.h"
#include "host/conf/agent_keys.h"
#include "host/plan/agent_transform.h"

namespace penstock::host {

namespace {

class Planner {
 public:
  Planner(const Modules& modules, const PlanOptions& options, bool complete, Plan& plan)
      : modules_(modules), options_(options), complete_(complete), plan_(plan) {}

  void section(Section section) {
    const int32_t kind = kind_of(section);
    if (kind == 0) return other(section);
    warn_of_comments(section, plan_.problems);
    StagePlan stage;
    stage.place = section.place;
    if (!match(section, kind, stage)) complete_ = false;
    if (!name(section, kind, stage)) {
      complete_ = false;
      return;
    }
    if (kind == PENSTOCK_INPUT) {
      transforms_.push_back(take_transform(section, *stage.stage, modules_.find(PENSTOCK_FILTER, "lambda_logs"),
                                           options_.inputs_transform, plan_.problems));
      if (transforms_.back()) transforms_.back()->label = stage.label + ":lambda_logs";
    }
    stage.options = stage_options(section, *stage.stage, plan_.problems);
    check_options(*stage.stage, stage.options, stage.place, plan_.problems);
    of(kind).push_back(std::move(stage));
  }

  // Reports missing parts only if all sections were understood: otherwise they would be reported twice.
  void route() {
    for (const StagePlan& input : plan_.inputs) {
      Route route;
      for (size_t i = 0; i < plan_.filters.size(); ++i)
        if (plan_.filters[i].match.fits(input.tag)) route.filters.push_back(i);
      for (size_t i = 0; i < plan_.outputs.size(); ++i)
        if (plan_.outputs[i].match.fits(input.tag)) route.outputs.push_back(i);
      if (complete_ && route.outputs.empty()) {
        problem(input.place, "PS0844",
                "no [OUTPUT] matches the tag '" + printable(input.tag, 100) +
                    "' of this input, so its records would be discarded; set the Match of an [OUTPUT]");
      }
      plan_.routes.push_back(std::move(route));
    }
    if (complete_ && plan_.inputs.empty()) problem({}, "PS0845", "the configuration has no [INPUT]; add one");
    if (complete_) {
      warn_unreached(plan_.filters, &Route::filters);
      warn_unreached(plan_.outputs, &Route::outputs);
    }
    add_transforms(std::move(transforms_), plan_);
  }

 private:
  void problem(const Place& place, MessageId id, const std::string& text) {
    plan_.problems.push_back(Problem::error(place, id, text));
  }

  std::vector<StagePlan>& of(int32_t kind) {
    return kind == PENSTOCK_INPUT ? plan_.inputs : kind == PENSTOCK_FILTER ? plan_.filters : plan_.outputs;
  }

  void other(const Section& section) {
    if (equal_without_case(section.name, "SERVICE")) return;
    if (const AgentKey* const known = agent_section(section.name))
      return add_agent_key_problem(*known, {section.name, "", section.place, false}, plan_.problems);
    complete_ = false;
    if (equal_without_case(section.name, "PLUGINS"))
      return problem(section.place, "PS0831",
                     "unexpected section [PLUGINS]; move it to the file that Plugins_File of [SERVICE] names");
    problem(section.place, "PS0830",
            "unknown section [" + printable(section.name, 60) +
                "]; expected [SERVICE], [INPUT], [FILTER] or [OUTPUT]" +
                suggestion(section.name, {"SERVICE", "INPUT", "FILTER", "OUTPUT"}));
  }

  bool match(const Section& section, int32_t kind, StagePlan& stage) {
    const Entry* const wildcard = section.last("Match");
    const Entry* const regex = section.last("Match_Regex");
    if (kind == PENSTOCK_INPUT) {
      for (const Entry* entry : {wildcard, regex})
        if (entry != nullptr)
          problem(entry->place, "PS0838", "an [INPUT] cannot have " + printable(entry->key, 60) + "; set its Tag");
      return wildcard == nullptr && regex == nullptr;
    }
    const Entry* const tag = section.last("Tag");
    if (tag != nullptr)
      problem(tag->place, "PS0839",
              "only an [INPUT] can have a Tag; set Match to the tags that this section accepts");
    if (wildcard != nullptr) stage.match.set_wildcard(wildcard->value);
    if (regex != nullptr) {
      const std::string defect = stage.match.set_regex(regex->value);
      if (!defect.empty()) {
        problem(regex->place, "PS0840", "invalid Match_Regex '" + printable(regex->value, 100) + "': " + defect);
        return false;
      }
    }
    // A section with a Tag most likely means it as a Match, so the missing Match is not reported as well.
    if (!stage.match.is_set() && tag == nullptr)
      problem(section.place, "PS0841", "Match is missing; write 'Match *' to accept every tag");
    return stage.match.is_set() && tag == nullptr;
  }

  bool name(const Section& section, int32_t kind, StagePlan& stage) {
    const std::string kind_text = kind_name(kind);
    const Entry* const name = section.find("Name");
    if (name == nullptr) {
      problem(section.place, "PS0842", "Name is missing: name the " + kind_text + choice("", kind));
      return false;
    }
    stage.stage = modules_.find(kind, name->value);
    if (stage.stage == nullptr) {
      if (options_.report_unknown_stages) {
        problem(name->place, "PS0843",
                "unknown " + kind_text + " '" + printable(name->value, 60) + "'" + choice(name->value, kind));
      }
      return false;
    }
    const std::string id = stage.stage->id;
    const std::string number = std::to_string(counts_[kind_text + ":" + id]++);
    const Entry* const alias = section.last("Alias");
    const Entry* const tag = section.last("Tag");
    stage.label = kind_text + ":" + id + ":" + (alias != nullptr ? alias->value : number);
    while (!labels_.insert(stage.label).second) stage.label += "." + number;
    stage.tag = tag != nullptr ? tag->value : id + "." + number;
    return true;
  }

  std::string choice(const std::string& written, int32_t kind) const {
    const std::vector<std::string> ids = modules_.ids(kind);
    std::string out = suggestion(written, ids);
    if (!out.empty() || ids.empty()) return out;
    out = "; expected ";
    for (const std::string& id : ids) out += (&id == &ids.front() ? "'" : " or '") + printable(id) + "'";
    return out;
  }

  void warn_unreached(const std::vector<StagePlan>& stages, std::vector<size_t> Route::*members) {
    std::vector<bool> reached(stages.size());
    for (const Route& route : plan_.routes)
      for (const size_t i : route.*members) reached[i] = true;
    for (size_t i = 0; i < stages.size(); ++i)
      if (!reached[i])
        plan_.problems.push_back(
            Problem::warning(stages[i].place, "PS0846", "no input has a tag that this section's Match accepts"));
  }

  const Modules& modules_;
  const PlanOptions& options_;
  bool complete_;  // all sections so far were understood
  Plan& plan_;
  std::map<std::string, int> counts_;                 // instances per stage so far
  std::set<std::string> labels_;                      // of all stages so far
  std::vector<std::optional<StagePlan>> transforms_;  // one for each input
};

}  // namespace

int32_t kind_of(const Section& section) {
  if (equal_without_case(section.name, "INPUT")) return PENSTOCK_INPUT;
  if (equal_without_case(section.name, "FILTER")) return PENSTOCK_FILTER;
  if (equal_without_case(section.name, "OUTPUT")) return PENSTOCK_OUTPUT;
  return 0;
}

Plan make_plan(const Conf& conf, const Modules& modules, const PlanOptions& options) {
  Plan plan;
  Planner planner(modules, options, !has_errors(conf.problems), plan);
  for (const Section& section : conf.sections) planner.section(section);
  planner.route();
  return plan;
}

}  // namespace penstock::host
