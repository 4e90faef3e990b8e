// Lists the files in a folder.
//
// Why: if memory runs out, libstdc++'s std::filesystem::directory_iterator with an error code ends the process.
#pragma once

#include <functional>
#include <string>

namespace penstock::posix {

// Calls take with the name of each file in the folder, NUL-terminated, until it returns false. Returns 0, or the
// value of errno if the folder cannot be read. Throws std::bad_alloc, and what take throws.
int list_folder(const std::string& path, const std::function<bool(const char* name)>& take);

}  // namespace penstock::posix
