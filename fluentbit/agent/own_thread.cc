#include "fluentbit/agent/own_thread.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace penstock::fluentbit {

std::thread own_thread(const char* name, std::function<void()> body) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the new thread inherits the mask
  try {
    std::thread thread([name, run = std::move(body)] {
      pthread_setname_np(pthread_self(), name);
      run();
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

}  // namespace penstock::fluentbit
