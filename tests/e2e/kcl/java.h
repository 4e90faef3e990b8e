// Programs in Java, as child processes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"

namespace penstock::e2e {

// class_path: of the main class and its libraries.
inline std::unique_ptr<ChildProcess> start_java(const std::string& class_path, const std::string& main_class,
                                                const std::vector<std::string>& arguments,
                                                const std::string& output_file) {
  // The model does not speak CBOR.
  std::vector<std::string> all = {
      "-Xmx256m", "-Daws.cborEnabled=false", "-Dcom.amazonaws.sdk.disableCbor=true", "-cp", class_path,
      main_class};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return std::make_unique<ChildProcess>("/usr/bin/java", all, output_file);
}

}  // namespace penstock::e2e
