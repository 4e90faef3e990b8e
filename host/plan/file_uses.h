// The files that the options of sections name, and whether two sections would disturb each other.
#pragma once

#include <string>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"

namespace penstock::host {

struct FileUse {
  size_t section;  // number of its own
  std::string key;
  Place place;
  std::string path;
  bool writes;  // with a lock and a temporary file beside it
};

// Appends those of a section's options, by the types in the stage's table: "path", and "file:PATH" among words.
void add_file_uses(const penstock_stage& stage, const std::vector<Entry>& options, size_t section,
                   std::vector<FileUse>& uses);

// Adds an error for each use of a file that an earlier section uses too, unless both only read it. A path counts
// by what it leads to: symbolic links, "..", and other names of the file are followed.
void check_file_uses(const std::vector<FileUse>& uses, std::vector<Problem>& problems);

}  // namespace penstock::host
