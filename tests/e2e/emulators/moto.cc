#include "tests/e2e/emulators/moto.h"

#include <unistd.h>

namespace penstock::emulators {
namespace {

const std::string kFolder = PENSTOCK_PYPI;

}  // namespace

Moto::Moto()
    : process_({kFolder,
                {PENSTOCK_PYTHON, "-I", std::string(PENSTOCK_EMULATORS_SOURCE) + "/moto_server.py",
                 kFolder + "/packages"},
                {},
                0}),
      client_(url()) {}

std::shared_ptr<Moto> Moto::start(std::string& why) {
  if (access((kFolder + "/installed.lock").c_str(), R_OK) != 0) {
    why = "moto is not installed; the test registry.botocore_and_moto_are_installed_from_pypi says why";
    return nullptr;
  }
  static const std::shared_ptr<Moto> moto(new Moto);
  model::Request reset;
  reset.path = "/moto-api/reset";
  if (moto->process_.port() != 0 && moto->post(reset).status == 200) return moto;
  why = "moto is installed but does not start";
  return nullptr;
}

}  // namespace penstock::emulators
