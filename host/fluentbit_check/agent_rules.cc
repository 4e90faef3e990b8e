#include "host/fluentbit_check/agent_rules.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/text.h"
#include "client/options.h"
#include "host/conf/agent_keys.h"
#include "host/modules/module.h"
#include "host/plan/match.h"

namespace penstock::host {

namespace {

// Parses a boolean as the agent does; nullopt: the agent rejects the value.
std::optional<bool> boolean(const std::string& value) {
  for (const char* yes : {"true", "on", "yes"})
    if (equal_without_case(value, yes)) return true;
  for (const char* no : {"false", "off", "no"})
    if (equal_without_case(value, no)) return false;
  return std::nullopt;
}

class Rules {
 public:
  Rules(const AgentSection& section, const Conf& conf, std::vector<Problem>& problems)
      : it_(section), conf_(conf), problems_(problems) {}

  void input() {
    const std::string after = it_.option("checkpoint_after");
    threaded(after);
    storage(after);
    if (after == "delivery" && !has_output_of_ours()) {
      error("checkpoint_after",
            "checkpoint_after delivery waits for an [OUTPUT] penstock_kinesis, and the conf has "
            "none: reading would stop at max_unacknowledged");
    }
    if (after == "delivery") {
      warn("checkpoint_after",
           "checkpoint_after delivery is experimental: filters that make new records, like "
           "multiline and rewrite_tag, lose what it goes by");
    }
    if (after == "handover")
      warn("checkpoint_after", "checkpoint_after handover: what the agent has not delivered when it ends is lost");
    if (it_.option("checkpoint") == "memory")
      warn("checkpoint", "checkpoint memory: every start begins at initial_position again");
    unrouted();
    dropping();
    connections();
  }

  void filter() {
    if (it_.section.last("Match") != nullptr || it_.section.last("Match_Regex") != nullptr) return;
    error("Match", "Match is missing, and without it the agent will not start");
  }

  void output() {
    retries();
    const std::string* const workers = it_.kept("workers");
    if (workers == nullptr || std::atoi(workers->c_str()) <= 0) {
      warn("workers",
           "without workers the whole agent stands still while a flush waits for the service; write "
           "workers 1");
    }
    if (it_.kept("storage.total_limit_size") != nullptr)
      warn("storage.total_limit_size", "at storage.total_limit_size the agent throws away its oldest chunks");
    dropping();
    connections();
  }

 private:
  // Returns the place of the key, else of the section.
  Place place(std::string_view key) const {
    const Entry* const entry = it_.section.last(key);
    return entry != nullptr ? entry->place : it_.section.place;
  }
  void error(std::string_view key, std::string text) { problems_.push_back({place(key), std::move(text), false}); }
  void warn(std::string_view key, std::string text) { problems_.push_back({place(key), std::move(text), true}); }

  const Entry* service(std::string_view key) const {
    const Entry* last = nullptr;
    for (const Section& section : conf_.sections) {
      if (!equal_without_case(section.name, "SERVICE")) continue;
      const Entry* const entry = section.last(key);
      if (entry != nullptr) last = entry;
    }
    return last;
  }

  std::ptrdiff_t count(std::string_view name) const {
    return std::count_if(conf_.sections.begin(), conf_.sections.end(),
                         [&](const Section& section) { return equal_without_case(section.name, name); });
  }

  bool has_output_of_ours() const {
    return std::any_of(conf_.sections.begin(), conf_.sections.end(), [](const Section& section) {
      const Entry* const name = section.find("Name");
      return equal_without_case(section.name, "OUTPUT") && name != nullptr &&
             equal_without_case(name->value, "penstock_kinesis");
    });
  }

  void threaded(const std::string& after) {
    const std::string* const value = it_.kept("threaded");
    const std::optional<bool> on = value == nullptr ? true : boolean(*value);
    if (!on) {
      error("threaded",
            "threaded '" + printable(*value, 60) + "' is none of on and off, so the agent will not start");
    } else if (*on && after == "append") {
      error(
          "threaded",
          "checkpoint_after append (the default) needs threaded off, and the agent will not start: with a thread "
          "of its own an input is told that records are taken which the agent then loses. Write threaded off");
    }
  }

  void storage(const std::string& after) {
    std::string type = "memory";
    const Entry* const inherit = service("storage.inherit");
    const Entry* const common = service("storage.type");
    if (inherit != nullptr && boolean(inherit->value) == true && common != nullptr)
      type = lower_case(common->value);
    const std::string* const own = it_.kept("storage.type");
    if (own != nullptr) type = lower_case(*own);

    if (own != nullptr && type != "filesystem" && type != "memory" && type != "memrb") {
      error("storage.type", "storage.type '" + printable(*own, 60) +
                                "' is none of filesystem, memory and memrb, so the agent will not start");
    } else if (type == "filesystem") {
      const Entry* const path = service("storage.path");
      if (path == nullptr || path->value.empty()) {
        error("storage.type",
              "storage.type filesystem needs storage.path in [SERVICE]; without it the agent will not "
              "start");
      }
    } else if (after == "append" && it_.option("checkpoint") != "memory") {
      warn("storage.type",
           "storage.type filesystem is missing: what the agent has taken lies in its memory, counts as read, and "
           "is "
           "lost when it is killed. Write storage.type filesystem here, and storage.path in [SERVICE]");
    }
    if (type == "memrb") {
      warn("storage.type", "storage.type memrb: at mem_buf_limit the agent throws away its oldest records");
    } else if (type == "memory" && it_.kept("mem_buf_limit") == nullptr) {
      warn("mem_buf_limit",
           "without mem_buf_limit the agent's memory grows for as long as an output stands still");
    }
  }

  // The agent accepts records that no output matches, and discards them.
  void unrouted() {
    const std::string* const routable = it_.kept("routable");
    if (routable != nullptr && boolean(*routable) == false)
      return warn("routable", "routable off: what is read counts as read, and is thrown away");
    const auto routes = [](const Entry& entry) { return equal_without_case(entry.key, "routes"); };
    if (std::any_of(it_.section.entries.begin(), it_.section.entries.end(), routes)) return;
    const std::string* const tag = it_.kept("tag");
    if (tag == nullptr || !it_.option("tag_format").empty()) return;
    // In the agent, a single output without a Match belongs to a single input.
    const bool single = count("INPUT") == 1 && count("OUTPUT") == 1;
    for (const Section& section : conf_.sections) {
      if (!equal_without_case(section.name, "OUTPUT")) continue;
      Match match;
      const Entry* const wildcard = section.last("Match");
      const Entry* const regex = section.last("Match_Regex");
      if (wildcard != nullptr) match.set_wildcard(wildcard->value);
      // The agent uses Onigmo's regular expressions, so one that is invalid here may be valid there.
      if (regex != nullptr && !match.set_regex(regex->value).empty()) return;
      if (match.is_set() ? match.fits(*tag) : single) return;
    }
    warn("tag", "no [OUTPUT] matches the tag '" + printable(*tag, 100) +
                    "': what is read counts as read, and is thrown away unless a filter changes its tag");
  }

  void dropping() {
    if (it_.option("on_failure") == "drop")
      warn("on_failure", "on_failure drop: records that cannot be dealt with are counted, and lost");
  }

  void retries() {
    const std::string* const limit = it_.kept("retry_limit");
    const std::string write = "; write Retry_Limit no_limits";
    if (limit == nullptr) {
      return warn("retry_limit",
                  "Retry_Limit is 1 where it is left out: a chunk that is refused twice is lost" + write);
    }
    for (const char* unlimited : {"no_limits", "false", "off"})
      if (equal_without_case(*limit, unlimited)) return;
    if (equal_without_case(*limit, "no_retries"))
      return warn("retry_limit", "Retry_Limit no_retries: a chunk that is refused is lost" + write);
    warn("retry_limit",
         "Retry_Limit " + printable(*limit, 60) + ": a chunk that is refused more often than so is lost" + write);
  }

  void connections() {
    static constexpr std::array<std::string_view, 5> kPlain = {"host", "port", "ipv6", "listen", "tls"};
    const std::string* const tls = it_.kept("tls");
    const bool refused = tls != nullptr && boolean(*tls) == true;
    if (refused) {
      error("tls",
            "tls on: to the agent this plugin has no TLS, and it will not start. Take the line out: Penstock "
            "has TLS of its own");
    }
    for (const Entry& entry : it_.section.entries) {
      const std::string key = lower_case(entry.key);
      const bool network = std::find(kPlain.begin(), kPlain.end(), key) != kPlain.end() ||
                           key.starts_with("net.") || key.starts_with("tls.") || key.starts_with("oauth2");
      if (network && !(refused && key == "tls") && agent_key(it_.stage.kind, key) != nullptr) {
        problems_.push_back(
            {entry.place,
             "'" + printable(entry.key, 60) +
                 "' changes nothing: Penstock makes its connections itself; see endpoint, ca_file, "
                 "connect_timeout and call_timeout",
             true});
      }
    }
  }

  const AgentSection& it_;
  const Conf& conf_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::string AgentSection::option(std::string_view key) const {
  const Entry* const given = section.find(key);
  if (given != nullptr && !given->value.empty()) return lower_case(given->value);
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    const penstock_option_info& info = client::option_info(stage, i);
    if (equal_without_case(info.name, key))
      return info.default_value != nullptr ? lower_case(info.default_value) : "";
  }
  return {};
}

const std::string* AgentSection::kept(std::string_view key) const {
  const Entry* const given = section.last(key);
  return given != nullptr && !given->value.empty() ? &given->value : nullptr;
}

void check_agent_rules(const AgentSection& section, const Conf& conf, std::vector<Problem>& problems) {
  Rules rules(section, conf, problems);
  if (section.stage.kind == PENSTOCK_INPUT) rules.input();
  if (section.stage.kind == PENSTOCK_FILTER) rules.filter();
  if (section.stage.kind == PENSTOCK_OUTPUT) rules.output();
}

}  // namespace penstock::host
