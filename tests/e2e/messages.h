// Subscription messages for the tests, and functions that read the output.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::e2e {

struct Event {
  std::string id;
  std::string text;                    // must need no escapes in JSON
  std::string time = "1566741555269";  // as JSON; "" leaves the member out
  std::string source_log_group = {};   // "": the event was not copied from another log group
};

// Returns the JSON text of a message.
std::string message(std::string_view log_group, std::string_view log_stream, const std::vector<Event>& events);

// Returns `count` events with the IDs id_prefix0, id_prefix1, ...: application lines, JSON and platform lines in
// turn.
std::vector<Event> some_events(const std::string& id_prefix, size_t count);

// A folder, removed with its contents by the destructor.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

std::string read_file(const std::string& path);  // "" if the file does not exist
void write_file(const std::string& path, std::string_view text);
// Returns the value of "event_id" in an output record.
std::string event_id_of(std::string_view record);

}  // namespace penstock::e2e
