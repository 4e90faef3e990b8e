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
      error("checkpoint_after", "PS0870",
            "checkpoint_after delivery needs an [OUTPUT] penstock_kinesis, which the configuration does not have: "
            "reading would stop at max_unacknowledged. Add one, or set checkpoint_after append");
    }
    if (after == "delivery") {
      warn("checkpoint_after", "PS0961",
           "checkpoint_after delivery is experimental: it does not recognize records that filters such as "
           "multiline "
           "and rewrite_tag create");
    }
    if (after == "handover")
      warn("checkpoint_after", "PS0960",
           "checkpoint_after handover: records that the agent has not delivered when it ends are lost");
    if (it_.option("checkpoint") == "memory")
      warn("checkpoint", "PS0314",
           "checkpoint memory: each start begins at initial_position; set file:PATH to keep the position");
    unrouted();
    dropping();
    connections();
  }

  void filter() {
    if (it_.section.last("Match") != nullptr || it_.section.last("Match_Regex") != nullptr) return;
    error("Match", "PS0841", "Match is missing, and Fluent Bit does not start without it");
  }

  void output() {
    retries();
    const std::string* const workers = it_.kept("workers");
    const Entry* const hot_reload = service("Hot_Reload");
    if (workers == nullptr || std::atoi(workers->c_str()) <= 0) {
      warn("workers", "PS0964",
           "without workers the whole agent is blocked while a flush waits for the service; set workers 1");
    } else if (hot_reload != nullptr && boolean(hot_reload->value) == true) {
      // Both the agent's core and its loader start the workers of an output that it opens as a shared object.
      warn("workers", "PS0889",
           "Hot_Reload on in [SERVICE]: Fluent Bit 2.2 to 5.1.1 starts the workers of this output twice and stops "
           "them once, so that a hot reload can crash the agent; restart it instead");
    }
    if (it_.kept("storage.total_limit_size") != nullptr)
      warn("storage.total_limit_size", "PS0876",
           "at storage.total_limit_size the agent discards its oldest chunks, which are then lost");
    dropping();
    connections();
  }

 private:
  // Returns the place of the key, else of the section.
  Place place(std::string_view key) const {
    const Entry* const entry = it_.section.last(key);
    return entry != nullptr ? entry->place : it_.section.place;
  }
  void error(std::string_view key, MessageId id, const std::string& text) {
    problems_.push_back(Problem::error(place(key), id, text));
  }
  void warn(std::string_view key, MessageId id, const std::string& text) {
    problems_.push_back(Problem::warning(place(key), id, text));
  }

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
      error("threaded", "PS0877",
            "invalid threaded '" + printable(*value, 60) +
                "': expected on or off; Fluent Bit does not start with it");
    } else if (*on && after == "append") {
      error("threaded", "PS0956",
            "checkpoint_after append (the default) needs threaded off, and the input does not start without it: "
            "to an "
            "input with its own thread, the agent reports records as accepted that it may then lose. Set threaded "
            "off");
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
      error("storage.type", "PS0877",
            "invalid storage.type '" + printable(*own, 60) +
                "': expected filesystem, memory or memrb; Fluent Bit does not start with it");
    } else if (type == "filesystem") {
      const Entry* const path = service("storage.path");
      if (path == nullptr || path->value.empty()) {
        error("storage.type", "PS0879",
              "storage.type filesystem needs storage.path in [SERVICE]; Fluent Bit does not start without it");
      }
    } else if (after == "append" && it_.option("checkpoint") != "memory") {
      warn(
          "storage.type", "PS0880",
          "without storage.type filesystem, records that the agent has accepted count as read but are only in its "
          "memory, and are lost if it is killed. Set storage.type filesystem here, and storage.path in [SERVICE]");
    }
    if (type == "memrb") {
      warn("storage.type", "PS0881",
           "storage.type memrb: at mem_buf_limit the agent discards its oldest records, which are then lost");
    } else if (type == "memory" && it_.kept("mem_buf_limit") == nullptr) {
      warn(
          "mem_buf_limit", "PS0882",
          "without mem_buf_limit the agent's memory grows while an output is blocked; set it, for example to 64M");
    }
  }

  // The agent accepts records that no output matches, and discards them.
  void unrouted() {
    const std::string* const routable = it_.kept("routable");
    if (routable != nullptr && boolean(*routable) == false)
      return warn("routable", "PS0883",
                  "routable off: the agent discards the records of this input, which count as read; remove it");
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
    warn("tag", "PS0844",
         "no [OUTPUT] matches the tag '" + printable(*tag, 100) +
             "': unless a filter changes the tag, the agent discards the records, which count as read");
  }

  void dropping() {
    if (it_.option("on_failure") == "drop")
      warn("on_failure", "PS0602",
           "on_failure drop: records that can never be delivered are counted and lost; file:PATH keeps them");
  }

  void retries() {
    const std::string* const limit = it_.kept("retry_limit");
    const std::string write = "; set Retry_Limit no_limits";
    if (limit == nullptr)
      return warn("retry_limit", "PS0886",
                  "Retry_Limit is 1 by default: a chunk that fails twice is lost" + write);
    for (const char* unlimited : {"no_limits", "false", "off"})
      if (equal_without_case(*limit, unlimited)) return;
    if (equal_without_case(*limit, "no_retries"))
      return warn("retry_limit", "PS0886", "Retry_Limit no_retries: a chunk that fails once is lost" + write);
    warn(
        "retry_limit", "PS0886",
        "Retry_Limit " + printable(*limit, 60) + ": a chunk that still fails after these retries is lost" + write);
  }

  void connections() {
    static constexpr std::array<std::string_view, 5> kPlain = {"host", "port", "ipv6", "listen", "tls"};
    const std::string* const tls = it_.kept("tls");
    const bool refused = tls != nullptr && boolean(*tls) == true;
    if (refused) {
      error("tls", "PS0887",
            "tls on: Fluent Bit does not start, because it sees no TLS support in this plugin. Remove the line; "
            "Penstock always uses its own TLS");
    }
    for (const Entry& entry : it_.section.entries) {
      const std::string key = lower_case(entry.key);
      const bool network = std::find(kPlain.begin(), kPlain.end(), key) != kPlain.end() ||
                           key.starts_with("net.") || key.starts_with("tls.") || key.starts_with("oauth2");
      if (network && !(refused && key == "tls") && agent_key(it_.stage.kind, key) != nullptr) {
        problems_.push_back(Problem::warning(
            entry.place, "PS0888",
            "'" + printable(entry.key, 60) +
                "' has no effect, because Penstock makes its own connections; see endpoint, ca_file, "
                "connect_timeout and call_timeout"));
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
