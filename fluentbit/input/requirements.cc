#include "fluentbit/input/requirements.h"

#include <initializer_list>

#include "base/message_id.h"
#include "fluentbit/input/tag_format.h"

namespace penstock::fluentbit {

namespace {

constexpr size_t kMaxChunkBytes = size_t{1} << 20;

constexpr char kNoAppend[] = "needs an agent that exports flb_input_log_append, which this agent does not. Set ";

// Joins the nonempty lines.
std::string joined(std::initializer_list<std::string> lines) {
  std::string out;
  for (const std::string& line : lines)
    if (!line.empty()) out.append(out.empty() ? "" : "\n").append(line);
  return out;
}

std::string append_problem(const Surroundings& surroundings) {
  if (!surroundings.append)
    return coded("PS0955", std::string("checkpoint_after append ") + kNoAppend +
                               "checkpoint_after handover in this section (records in the agent's memory are then "
                               "lost if it is killed)");
  if (surroundings.thread == AgentThread::kInput)
    return coded(
        "PS0956",
        "checkpoint_after append (the default) does not work with an input that has its own thread: the "
        "agent reports records as accepted that it loses when it stops. Set threaded off in this section, "
        "or checkpoint_after handover if this loss does not matter");
  if (surroundings.thread == AgentThread::kOther)
    return coded(
        "PS0957",
        std::string("checkpoint_after append (the default) needs the agent's thread ") + proxy::kPipelineThread +
            ", but the agent started this input on a thread that this version does not know. Set "
            "checkpoint_after handover in this section (records in the agent's memory are then lost if it "
            "is killed)");
  return {};
}

std::string delivery_problem(const Surroundings& surroundings) {
  if (!surroundings.append)
    return coded("PS0955", std::string("checkpoint_after delivery ") + kNoAppend +
                               "checkpoint_after handover in this section");
  if (!surroundings.metadata)
    return coded(
        "PS0958",
        "checkpoint_after delivery needs Fluent Bit 2.1 or later, because the records of this version have "
        "no metadata. Set threaded off in this section, and remove checkpoint_after");
  return {};
}

std::string handover_problem(const Surroundings& surroundings) {
  if (surroundings.append || surroundings.has_context || surroundings.thread == AgentThread::kInput) return {};
  return coded("PS0959",
               "in this version of the agent, checkpoint_after handover needs an input with its own thread. Set "
               "threaded on in this section");
}

}  // namespace

std::string wrong_together(const ConfigSection& own) {
  std::string of_tag;
  static_cast<void>(TagFormat::parse(own.text("tag_format"), of_tag));
  return joined(
      {of_tag.empty() ? "" : coded("PS0953", of_tag),
       own.size_bytes("chunk_bytes") > kMaxChunkBytes
           ? coded("PS0953", "invalid chunk_bytes '" + own.text("chunk_bytes") + "': expected at most 1M")
           : ""});
}

std::string check_requirements(const ConfigSection& section, const Surroundings& surroundings) {
  const std::string& after = section.text("checkpoint_after");
  const bool untaggable = !section.text("tag_format").empty() && !surroundings.append;
  return joined({after == "append"     ? append_problem(surroundings)
                 : after == "delivery" ? delivery_problem(surroundings)
                                       : handover_problem(surroundings),
                 untaggable ? coded("PS0955", std::string("tag_format ") + kNoAppend +
                                                  "Tag in this section, and remove tag_format")
                            : "",
                 wrong_together(section)});
}

std::string caution(const ConfigSection& section) {
  const std::string& after = section.text("checkpoint_after");
  if (after == "handover")
    return coded(
        "PS0960",
        "checkpoint_after handover: a record counts as read once the agent has it. Records in the agent's "
        "memory are lost if it is killed or crashes, and records in the ring buffer of an input with its "
        "own thread are lost when the agent stops");
  if (after == "delivery")
    return coded(
        "PS0961",
        "checkpoint_after delivery is experimental: a record counts as read once an output "
        "penstock_kinesis of this agent has delivered it. Records that a filter or route drops, that "
        "multiline joins, or that pass the filters kubernetes, aws, ecs or geoip2 never count as delivered, "
        "and reading stops when they reach max_unacknowledged, " +
            section.text("max_unacknowledged"));
  return {};
}

}  // namespace penstock::fluentbit
