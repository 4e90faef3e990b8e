// What a section may do with its credentials, and what it lacks.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "plugin/abi/command.h"

namespace penstock::plugin {

// The results of the checks of one section. Everything that is added may be unsafe for a terminal.
class AccessReport {
 public:
  // Begins the checks of a stream, a queue, or a table.
  void begin(const std::string& subject);
  // A fact about it, such as its status.
  void fact(const std::string& name, const std::string& value);

  // The outcomes of a check: a call, or a comparison with the configuration. detail: "" for none.
  void works(const std::string& check, const std::string& detail = "");
  void fails(const std::string& check, const std::string& why);
  void not_checked(const std::string& check, const std::string& why);
  // The outcome of a call that needs the permission for an action on a resource. If it was denied, the permission
  // is missing.
  void call(const std::string& operation, const Status& outcome, const std::string& action,
            const std::string& resource);

  // A statement that the policy lacks, with this action on the resource.
  void missing(const std::string& action, const std::string& resource) { missing_[resource].insert(action); }
  // A line for the list of what cannot be checked.
  void cannot_check(const std::string& what) { not_checkable_.push_back(what); }

  bool has_failures() const { return failures_ > 0; }
  void print(const Printer& print) const;
  // Returns Code::config if a check failed.
  Status status() const;

 private:
  struct Row {
    std::string name, text;
  };
  struct Part {
    std::string subject;
    std::vector<Row> facts, checks;
  };
  void add(const std::string& check, const std::string& result);
  void print_statements(const Printer& print) const;

  std::vector<Part> parts_;
  std::map<std::string, std::set<std::string>> missing_;  // actions by resource
  std::vector<std::string> not_checkable_;
  int checks_ = 0;
  int failures_ = 0;
};

}  // namespace penstock::plugin
