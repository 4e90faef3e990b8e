// Workers of one application, each a child process, which divide the shards of a stream through a lease table in
// dynalite. The streams are in the model. Worker N is named wN and writes to an output stream of its own.
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
  // From now on, events are put, some with each request for records, so that there are always new ones. REQUIRES:
  // `dynalite` outlives the fleet.
  explicit Fleet(Dynalite& dynalite);
  ~Fleet();

  void start_worker();
  e2e::ChildProcess& worker(size_t number) { return *workers_.at(number); }
  std::string log_of(size_t number) const { return e2e::read_file(path(number, ".log")); }
  std::string all_logs() const;

  // Reads the table repeatedly until `seen`. Returns false if that takes longer than `seconds`, or if a worker
  // ends unexpectedly.
  bool wait(size_t living, const std::function<bool()>& seen, int seconds = 60);
  const LeaseWatch& table() const { return watch_; }
  std::string leases_as_printed();  // the output of penstock leases

  // Starts or stops putting events.
  void put_events(bool on);
  // Returns whether, according to the table, all records of every shard are settled.
  bool all_settled();
  // Puts events into all shards and stops that worker (SIGSTOP) when it next calls GetRecords, before the response
  // is sent: the events in that response reach a worker that is stopped. Returns whether it was stopped.
  void put_events_and_freeze(size_t number);
  bool frozen();
  // Rejects every record that this worker puts, until its output is unblocked.
  void block_output_of(size_t number);
  void let_output_through();
  uint64_t rejected();               // how often a record was rejected
  size_t written_by(size_t number);  // records, duplicates included

  // Returns the shards with events that were put for the stopped worker, and how many of these events a worker
  // wrote.
  std::set<std::string> shards_with_events_since_freezing();
  size_t written_since_freezing(size_t number);

  struct Count {
    size_t events = 0, lost = 0, copies = 0;
    size_t unexplained = 0;  // duplicates that no takeover explains
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
  // Guarded by the lock of the server.
  size_t messages_ = 0, messages_before_freezing_ = 0;
  bool putting_ = true;
  std::string key_to_freeze_;
  pid_t process_to_freeze_ = 0;
  std::string key_to_reject_;
  e2e::Deployment deployment_;
  std::vector<std::unique_ptr<e2e::ChildProcess>> workers_;
};

}  // namespace penstock::emulators
