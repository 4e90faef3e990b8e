// The files that a stage writes: whether they can be, before one is opened.
#pragma once

#include <initializer_list>

#include "base/status.h"
#include "plugin/abi/options.h"

namespace penstock {

// Of the option checkpoint. Opens, creates, and locks nothing, so another process may be using it.
Status check_checkpoint_file(const Options& options);

// The same for on_failure.
Status check_failure_file(const Options& options);

// Whether the options of these names, of which a file: is written and a ca_file is read, name files of their own.
Status check_own_files(const Options& options, std::initializer_list<const char*> names);

}  // namespace penstock
