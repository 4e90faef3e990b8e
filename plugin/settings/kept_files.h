// The files that a stage writes: whether they can be, before one is opened.
#pragma once

#include <initializer_list>

#include "base/complain.h"
#include "base/status.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// Of the option checkpoint. Opens, creates, and locks nothing, so another process may be using it.
Status check_checkpoint_file(const Options& options);

// The same for on_failure.
Status check_failure_file(const Options& options);

// Complains of each of these options, of which a file: is written and a ca_file is read, that names a file of one
// before it.
void check_own_files(const Options& options, std::initializer_list<const char*> names, const Complain& complain);

}  // namespace penstock::plugin
