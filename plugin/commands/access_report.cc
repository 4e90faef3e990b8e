#include "plugin/commands/access_report.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "base/text_table.h"

namespace penstock::plugin {

namespace {

constexpr size_t kMaxCellBytes = 600;

void print_table(const Printer& print, const std::vector<std::pair<std::string, std::string>>& rows) {
  TextTable table({Align::left, Align::left});
  for (const auto& [name, text] : rows) table.row({printable(name), printable(text, kMaxCellBytes)});
  for (const std::string& line : table.lines()) print.line("  " + line);
}

std::string statement_of(const std::string& resource, const std::set<std::string>& actions) {
  std::string json = "{\"Effect\":\"Allow\",\"Action\":[";
  for (const std::string& action : actions) {
    json += json.back() == '[' ? "" : ",";
    append_json_string(json, action);
  }
  append_json_string(json += "],\"Resource\":", resource);
  std::string line;
  append_json_for_terminal(line, json + "}");
  return line;
}

}  // namespace

void AccessReport::begin(const std::string& subject) { parts_.push_back({subject, {}, {}}); }

void AccessReport::fact(const std::string& name, const std::string& value) {
  parts_.back().facts.push_back({name, value});
}

void AccessReport::add(const std::string& check, const std::string& result) {
  parts_.back().checks.push_back({check, result});
  ++checks_;
}

void AccessReport::works(const std::string& check, const std::string& detail) {
  add(check, detail.empty() ? "works" : "works: " + detail);
}

void AccessReport::fails(const std::string& check, const std::string& why) {
  add(check, "fails: " + why);
  ++failures_;
}

void AccessReport::not_checked(const std::string& check, const std::string& why) {
  parts_.back().checks.push_back({check, "not checked: " + why});
}

void AccessReport::call(const std::string& operation, const Status& outcome, const std::string& action,
                        const std::string& resource) {
  if (outcome.ok()) return works(operation);
  if (outcome.code() == Code::denied) missing(action, resource);
  fails(operation, outcome.text());
}

void AccessReport::print(const Printer& print) const {
  for (const Part& part : parts_) {
    print.line(printable(part.subject, kMaxCellBytes));
    for (const auto* rows : {&part.facts, &part.checks}) {
      std::vector<std::pair<std::string, std::string>> cells;
      for (const Row& row : *rows) cells.emplace_back(row.name, row.text);
      print_table(print, cells);
    }
  }
  print_statements(print);
  if (not_checkable_.empty()) return;
  print.line("not checked, because that would change or consume something:");
  for (const std::string& what : not_checkable_) print.line("  " + printable(what, kMaxCellBytes));
}

void AccessReport::print_statements(const Printer& print) const {
  if (missing_.empty()) return;
  print.line("missing in the policy of this identity:");
  for (const auto& [resource, actions] : missing_) print.line("  " + statement_of(resource, actions));
}

Status AccessReport::status() const {
  if (failures_ == 0) return {};
  return {Code::config, "PS0150",
          "checks failed; correct what the table shows, and add the statements below it to the policy of the "
          "identity (" +
              std::to_string(failures_) + " of " + std::to_string(checks_) + ")"};
}

}  // namespace penstock::plugin
