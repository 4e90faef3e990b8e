// The files that the options of sections name, and conflicts between two sections.
#pragma once

#include <string>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"

namespace penstock::host {

struct FileUse {
  size_t section;  // unique number of the section
  std::string key;
  Place place;
  std::string path;
  bool writes;  // also writes a lock and a temporary file next to it
};

// Appends the files of a section's options, by the types in the stage's table: "path", and "file:PATH" among
// words.
void add_file_uses(const penstock_stage& stage, const std::vector<Entry>& options, size_t section,
                   std::vector<FileUse>& uses);

// Adds an error for each use of a file that an earlier section also uses, unless both only read it. Paths are
// compared by the file that they lead to: symbolic links, ".." and other names of the file are resolved.
void check_file_uses(const std::vector<FileUse>& uses, std::vector<Problem>& problems);

}  // namespace penstock::host
