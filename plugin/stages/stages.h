// The stages, each in its own file; module.cc lists them.
#pragma once

#include "abi/penstock.h"

namespace penstock::plugin {

extern const penstock_stage kKinesisInputStage;
extern const penstock_stage kLambdaLogsStage;
extern const penstock_stage kCloudWatchLogsStage;
extern const penstock_stage kKinesisOutputStage;

}  // namespace penstock::plugin
