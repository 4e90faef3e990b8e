#include "fluentbit/output/record_format.h"

#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "fluentbit/msgpack/msgpack_reader.h"
#include "fluentbit/msgpack/msgpack_to_json.h"

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> keys;
  while (!list.empty())
    if (const std::string_view key = take_list_item(list); !key.empty()) keys.emplace_back(key);
  return keys;
}

// Returns the text of a value; nullopt for other types.
std::optional<std::string_view> as_text(std::string_view msgpack_value) {
  MsgpackReader reader(msgpack_value);
  MsgpackToken token;
  if (!reader.next(token) || (token.kind != Kind::text && token.kind != Kind::binary)) return std::nullopt;
  return token.bytes;
}

// A cursor over the members of a map; empty if the value is not a map.
class Members {
 public:
  explicit Members(std::string_view msgpack_value) : reader_(msgpack_value) {
    MsgpackToken token;
    if (reader_.next(token) && token.kind == Kind::map) left_ = token.count;
  }

  bool next() {
    if (left_ == 0) return false;
    --left_;
    key = reader_.value();
    value = reader_.value();
    return true;
  }

  std::string_view key;
  std::string_view value;

 private:
  MsgpackReader reader_;
  size_t left_ = 0;
};

}  // namespace

RecordFormat::RecordFormat(const Options& options)
    : log_key_(options.log_key), data_keys_(split(options.data_keys)) {
  if (!options.time_key.empty()) {
    time_.emplace(options.time_key_format);
    if (!time_->problem().empty()) add_problem("PS0953", time_->problem());
    time_member_ = ",";
    append_json_string(time_member_, options.time_key);
    time_member_ += ":\"";
  }
  if (!options.data_keys.empty() && data_keys_.empty())
    add_problem("PS0953", "invalid data_keys '" + printable(options.data_keys, 60) +
                              "': expected at least one member, like log,stream");
  if (!log_key_.empty() && !options.time_key.empty())
    add_problem(
        "PS0954",
        "time_key and log_key exclude each other, because the value of one member has no place for the time; "
        "remove one of them");
  if (!log_key_.empty() && !options.data_keys.empty())
    add_problem(
        "PS0954",
        "data_keys and log_key exclude each other, because log_key sends only one member; remove one of them");
}

void RecordFormat::add_problem(MessageId id, const std::string& problem) {
  problems_.append(problems_.empty() ? "" : "\n").append(coded(id, problem));
}

RecordFormat::Made RecordFormat::append(TextBuffer& out, const LogEvent& event) {
  if (!log_key_.empty()) return append_log(out, event.body);
  const size_t start = out.size();
  if (data_keys_.empty())
    append_json(out, event.body);
  else
    append_members(out, event.body);
  if (out.size() - start <= 2) {  // {} or ""
    out.end_at(out.data() + start);
    return Made::nothing;
  }
  if (out.data()[start] != '{') return Made::raw;
  if (time_) {
    out.end_at(out.data() + out.size() - 1);  // without the brace
    out += time_member_;
    time_->append(out, event.seconds, event.nanoseconds);
    out += "\"}";
  }
  return Made::json;
}

void RecordFormat::append_members(TextBuffer& out, std::string_view body) const {
  out += '{';
  bool is_first = true;
  for (Members members(body); members.next();) {
    const auto key = as_text(members.key);
    if (!key || !wanted(*key)) continue;
    if (!std::exchange(is_first, false)) out += ',';
    append_json(out, members.key);
    out += ':';
    append_json(out, members.value);
  }
  out += '}';
}

RecordFormat::Made RecordFormat::append_log(TextBuffer& out, std::string_view body) const {
  for (Members members(body); members.next();) {
    if (as_text(members.key) != log_key_) continue;
    const auto text = as_text(members.value);
    if (text && text->empty()) return Made::nothing;
    if (text)
      out += *text;
    else
      append_json(out, members.value);
    return Made::raw;
  }
  return Made::no_log_key;
}

bool RecordFormat::wanted(std::string_view key) const {
  return std::find(data_keys_.begin(), data_keys_.end(), key) != data_keys_.end();
}

}  // namespace penstock::fluentbit
