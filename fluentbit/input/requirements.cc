#include "fluentbit/input/requirements.h"

#include <initializer_list>

#include "fluentbit/input/tag_format.h"

namespace penstock::fluentbit {

namespace {

constexpr size_t kMaxChunkBytes = size_t{1} << 20;

constexpr char kNoAppend[] = "needs an agent that exports flb_input_log_append, which this one does not";

// Joins the nonempty lines.
std::string joined(std::initializer_list<std::string> lines) {
  std::string out;
  for (const std::string& line : lines)
    if (!line.empty()) out.append(out.empty() ? "" : "\n").append(line);
  return out;
}

std::string append_problem(const Surroundings& surroundings) {
  if (!surroundings.append)
    return std::string("checkpoint_after append ") + kNoAppend +
           ". Write in this section: checkpoint_after handover (what the agent has in memory when it dies is "
           "lost)";
  if (surroundings.thread == AgentThread::kInput)
    return "checkpoint_after append (the default) cannot be kept by an input with a thread of its own: the "
           "agent says that it has taken records which it loses when it stops. Write in this section: "
           "threaded off. Or, if such a loss does not matter: checkpoint_after handover";
  if (surroundings.thread == AgentThread::kOther)
    return std::string("checkpoint_after append (the default) needs the agent's thread ") +
           proxy::kPipelineThread +
           ", and this input was started on a thread of another name, which this version does not know. Write "
           "in this section: checkpoint_after handover (what the agent has in memory when it dies is lost)";
  return {};
}

std::string delivery_problem(const Surroundings& surroundings) {
  if (!surroundings.append)
    return std::string("checkpoint_after delivery ") + kNoAppend +
           ". Write in this section: checkpoint_after handover";
  if (!surroundings.metadata)
    return "checkpoint_after delivery needs Fluent Bit 2.1 or later: the records of this one have no "
           "metadata. Write in this section: threaded off, and no checkpoint_after";
  return {};
}

std::string handover_problem(const Surroundings& surroundings) {
  if (surroundings.append || surroundings.told_which || surroundings.thread == AgentThread::kInput) return {};
  return "checkpoint_after handover needs a thread of its own in this version of the agent. Write in this "
         "section: threaded on";
}

}  // namespace

std::string wrong_together(const ConfigSection& own) {
  std::string of_tag;
  static_cast<void>(TagFormat::parse(own.text("tag_format"), of_tag));
  return joined(
      {of_tag, own.size_bytes("chunk_bytes") > kMaxChunkBytes
                   ? "chunk_bytes is \"" + own.text("chunk_bytes") + "\", but 1M is the most that is allowed"
                   : ""});
}

std::string check_requirements(const ConfigSection& section, const Surroundings& surroundings) {
  const std::string& after = section.text("checkpoint_after");
  const bool untaggable = !section.text("tag_format").empty() && !surroundings.append;
  return joined({after == "append"     ? append_problem(surroundings)
                 : after == "delivery" ? delivery_problem(surroundings)
                                       : handover_problem(surroundings),
                 untaggable
                     ? std::string("tag_format ") + kNoAppend + ". Write in this section: Tag, and no tag_format"
                     : "",
                 wrong_together(section)});
}

std::string caution(const ConfigSection& section) {
  const std::string& after = section.text("checkpoint_after");
  if (after == "handover")
    return "checkpoint_after handover: a record counts as read once the agent has it. Lost is then what the "
           "agent has in memory when it is killed or crashes, and, of an input with a thread of its own, what "
           "lies in the input's ring when the agent stops";
  if (after == "delivery")
    return "checkpoint_after delivery is experimental: a record counts as read once an output "
           "penstock_kinesis of this agent has delivered it. Of one that a filter or a route takes away, that "
           "multiline joins, or that passes the filters kubernetes, aws, ecs or geoip2, this is never known, "
           "and reading stops at max_unacknowledged, " +
           section.text("max_unacknowledged");
  return {};
}

}  // namespace penstock::fluentbit
