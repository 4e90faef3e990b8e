// Protects root from files that decide what runs and that another user can change.
#pragma once

#include <sys/stat.h>

#include <string>

namespace penstock::host {

// Returns why a process of user uid must not use the file as a conf or plugin: the process is root, and the file
// belongs to another user, or its group or others can write it. Empty if it may. Users other than root may use any
// file.
std::string unsafe_to_use(const struct stat& file, uid_t uid);

// Returns why a process of user uid must not use a file at that absolute path: it is root, and a folder on the
// path belongs to another user, or others can write it and so replace the file. They cannot in a folder with the
// sticky bit, or on a file system that is mounted read-only. Empty if it may.
std::string unsafe_folders(const std::string& path, uid_t uid);

// Returns why a process of user uid must not use the file open as fd, which was opened as path. Checks
// unsafe_to_use(), and unsafe_folders() for both path and the path without symbolic links, which it stores in
// real_path. Needs /proc.
std::string unsafe_to_use(int fd, const std::string& path, uid_t uid, std::string& real_path);

// Returns a hint for the error about a missing file: ~ is not expanded, if the path has one; else "".
std::string hint_of_tilde(const std::string& path);

// Reads a whole conf file. On failure returns false, with the reason in error (without the path). The check
// applies to the opened file, so the file cannot be replaced between check and read.
bool read_safe_file(const std::string& path, std::string& content, struct stat& file, std::string& error);

}  // namespace penstock::host
