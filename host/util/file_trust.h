// What root must not read: files that decide what runs, and that somebody else may change.
#pragma once

#include <sys/stat.h>

#include <string>

namespace penstock::host {

// Why a process of user uid must not use the file as a conf or plugin: it is root and the file belongs to another,
// or its group or others may write it. Empty: it may. Other users are free to use what they like.
std::string unsafe_to_use(const struct stat& file, uid_t uid);

// Why a process of user uid must not use a file of that absolute path: it is root, and one of the folders on the
// way belongs to another user, or others may write it, so that they can exchange the file. They cannot in a folder
// with the sticky bit, nor on a file system that is mounted read-only. Empty: it may.
std::string unsafe_folders(const std::string& path, uid_t uid);

// Why a process of user uid must not use what is open as fd and was opened as path: unsafe_to_use(), and
// unsafe_folders() of both that path and the one without symbolic links, which goes to real_path. Needs /proc.
std::string unsafe_to_use(int fd, const std::string& path, uid_t uid, std::string& real_path);

// What to add to the error about a path that does not exist: that ~ is not expanded, if it has one; else nothing.
std::string hint_of_tilde(const std::string& path);

// Reads a conf file whole. On failure the reason goes to error (without the path) and it returns false. What is
// checked is what was opened, so that it cannot be exchanged in between.
bool read_safe_file(const std::string& path, std::string& content, struct stat& file, std::string& error);

}  // namespace penstock::host
