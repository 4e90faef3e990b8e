// Descriptors of a program that posix_spawn() starts: it inherits none above standard error.
#pragma once

#include <spawn.h>

namespace penstock::posix {

// Adds actions that close every other descriptor in the new process: with one call of glibc 2.34 or later, and
// otherwise with close_open_descriptors().
void close_inherited_descriptors(posix_spawn_file_actions_t& actions);

// For any glibc. Closes the descriptors that are open now, so the program inherits one that another thread opens
// without FD_CLOEXEC before the program starts. Needs /proc.
void close_open_descriptors(posix_spawn_file_actions_t& actions);

}  // namespace penstock::posix
