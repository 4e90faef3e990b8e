// Checks whether a stage can write its files, before it opens one.
#pragma once

#include <initializer_list>

#include "base/complain.h"
#include "base/status.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// Checks the option checkpoint. Opens, creates and locks nothing, because another process may be using it.
Status check_checkpoint_file(const Options& options);

// Checks the option on_failure, likewise.
Status check_failure_file(const Options& options);

// Reports each of these options that uses the same file as one before it. A file: is written; a ca_file is read.
void check_own_files(const Options& options, std::initializer_list<const char*> names, const Complain& complain);

}  // namespace penstock::plugin
