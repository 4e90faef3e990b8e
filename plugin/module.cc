#include "abi/penstock.h"
#include "plugin/abi/receipts.h"
#include "plugin/stages/stages.h"

extern "C" const penstock_module* penstock_module_v1(void) {
  static constexpr const penstock_stage* kStages[] = {
      &penstock::plugin::kKinesisInputStage,
      &penstock::plugin::kLambdaLogsStage,
      &penstock::plugin::kCloudWatchLogsStage,
      &penstock::plugin::kKinesisOutputStage,
      nullptr,
  };
  static constexpr penstock_module kModule = {sizeof(penstock_module), 0, PENSTOCK_VERSION, kStages,
                                              &penstock::plugin::kReceipts};
  return &kModule;
}
