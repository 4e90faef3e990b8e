// Workers of one application, each a process of its own, which share the shards of a stream by leases in a table
// of dynalite. The streams are the model's. Worker N is named wN and writes to a stream of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/emulators/dynalite.h"
#include "tests/e2e/emulators/lease_watch.h"

namespace penstock::emulators {

class Fleet {
 public:
  // Events are put from now on, some with each request for records, so that there are always new ones. dynalite
  // outlives it.
  explicit Fleet(Dynalite& dynalite);
  ~Fleet();

  void start_worker();
  e2e::ChildProcess& worker(size_t number) { return *workers_.at(number); }
  std::string said_by(size_t number) const { return e2e::read_file(path(number, ".log")); }
  std::string said_by_all() const;

  // Looks at the table again and again until `seen`; false if that takes longer, or if that worker, whose end is
  // not expected, ends.
  bool wait(size_t living, const std::function<bool()>& seen, int seconds = 60);
  const LeaseWatch& table() const { return watch_; }
  std::string leases_as_printed();  // by penstock leases

  // Ends and resumes the putting of events.
  void put_events(bool on);
  // Whether the table says of every shard that all of its records are dealt with.
  bool all_settled();
  // Puts events to all shards and stops that worker (SIGSTOP) when it asks for records next, before it is
  // answered: what it has of these when it is let go on was answered to a worker that stood still. Tells when it
  // has.
  void put_events_and_freeze(size_t number);
  bool frozen();
  // Every record that this worker puts is refused, until output is let through.
  void block_output_of(size_t number);
  void let_output_through();
  uint64_t refused();                // how often one was
  size_t written_by(size_t number);  // records, copies included

  // The shards that have events which were put to be read by the frozen one, and how many of these a worker wrote.
  std::set<std::string> shards_with_events_since_freezing();
  size_t written_since_freezing(size_t number);

  struct Count {
    size_t events = 0, lost = 0, copies = 0;
    size_t unexplained = 0;  // copies that no takeover accounts for
  };
  Count count();

 private:
  struct Event {
    std::string shard, sequence_number;
    size_t message;
  };

  std::string path(size_t number, const char* ending) const {
    return deployment_.folder.path("w" + std::to_string(number) + ending);
  }
  void put_message(model::Service& service);
  void write_conf(size_t number);
  std::map<std::string, Event> events();
  std::map<std::string, size_t> written(size_t number);

  Dynalite& dynalite_;
  dynamodb::TableClient client_;
  LeaseWatch watch_;
  // Under the lock of the server.
  size_t messages_ = 0, messages_before_freezing_ = 0;
  bool putting_ = true;
  std::string key_to_freeze_;
  pid_t process_to_freeze_ = 0;
  std::string key_to_refuse_;
  e2e::Deployment deployment_;
  std::vector<std::unique_ptr<e2e::ChildProcess>> workers_;
};

}  // namespace penstock::emulators
