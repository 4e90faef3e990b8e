#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <deque>
#include <new>
#include <string>

#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/message_id.h"
#include "host/modules/builtin.h"

namespace {

using penstock::append_json_for_terminal;
using penstock::append_json_string;

constexpr penstock::MessageId kCannotWrite = "PS0906";
constexpr size_t kFullBytes = 1 << 20;  // unwritten bytes at which the output is full
// PIPE_BUF: a pipe accepts this much completely or not at all, and POLLOUT guarantees room for it.
constexpr size_t kPieceBytes = 4096;

struct Taken {
  uint64_t ack_id;
  uint64_t end;  // position after its last byte, counted over everything ever written
};

// Opens standard output so that a write never waits for the reader. This needs our own file description: setting
// O_NONBLOCK on the shared one would change the writes of other processes. Returns -1 if that is impossible or not
// needed.
int open_without_waiting(mode_t mode) {
  if (!S_ISFIFO(mode) && !S_ISCHR(mode)) return -1;
  return open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

class StdoutOutput {
 public:
  StdoutOutput(const penstock_host& host, mode_t mode)
      : host_(host),
        is_file_(S_ISREG(mode)),
        is_socket_(S_ISSOCK(mode)),
        terminal_(isatty(STDOUT_FILENO) == 1),
        own_(open_without_waiting(mode)),
        fd_(own_ >= 0 ? own_ : STDOUT_FILENO),
        wakeup_(epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event event{};  // reports nothing until there is something to write
    // Regular files cannot be waited for, and need not be.
    waits_ = epoll_ctl(wakeup_, EPOLL_CTL_ADD, fd_, &event) == 0;
  }
  ~StdoutOutput() {
    close(wakeup_);
    if (own_ >= 0) close(own_);
  }
  StdoutOutput(const StdoutOutput&) = delete;
  StdoutOutput& operator=(const StdoutOutput&) = delete;

  int32_t take(const penstock_batch& batch, penstock_error* error) {
    if (gone_) return fail(error, PENSTOCK_E_IO, EPIPE);
    const char* bytes = reinterpret_cast<const char*>(batch.records);
    for (uint64_t i = 0; i < batch.record_count; ++i, bytes += batch.record_stride)
      add(*reinterpret_cast<const penstock_record*>(bytes));
    records_ += static_cast<int64_t>(batch.record_count);
    taken_.push_back({batch.ack_id, written_ + unwritten()});
    ask_for_wakeup(true);
    return full() ? PENSTOCK_FULL : PENSTOCK_OK;
  }

  int32_t pump(penstock_settled_fn settled, void* ctx, penstock_error* error) {
    int failed = 0;
    while (reader_is_ready() && unwritten() > 0) {
      const ssize_t n = write_piece();
      if (n >= 0) {
        move(n);
      } else if (errno == EPIPE) {
        reader_went_away();
      } else if (errno == EAGAIN) {
        break;
      } else if (errno != EINTR) {
        failed = errno;
        take_back_cut_line();
        break;
      }
    }
    if (start_ == text_.size() || start_ > kFullBytes) {
      text_.erase(0, start_);
      start_ = 0;
    }
    while (!taken_.empty() && (taken_.front().end <= written_ || gone_)) {
      settled(ctx, taken_.front().ack_id, taken_.front().end <= written_ ? PENSTOCK_DELIVERED : PENSTOCK_RELEASED);
      taken_.pop_front();
    }
    ask_for_wakeup(unwritten() > 0 && !gone_);
    if (failed != 0) return fail(error, PENSTOCK_E_IO, failed);
    if (gone_) return PENSTOCK_END;
    return full() ? PENSTOCK_FULL : PENSTOCK_OK;
  }

  void give_back(penstock_settled_fn settled, void* ctx) {
    for (const Taken& taken : taken_) settled(ctx, taken.ack_id, PENSTOCK_RELEASED);
    taken_.clear();
  }

  int descriptor() const { return wakeup_; }
  // A regular file needs no waiting; the loop's own pause retries a full disk.
  int64_t next_deadline_ms() const { return !taken_.empty() && (!waits_ || unwritten() == 0) ? 0 : INT64_MAX; }
  bool closed = false;

  void stats(penstock_stat_fn stat, void* ctx) const {
    penstock::host::report_stat(stat, ctx, PENSTOCK_COUNTER, "received_records", "records", "records accepted",
                                records_);
    penstock::host::report_stat(stat, ctx, PENSTOCK_COUNTER, "delivered_bytes", "bytes", "bytes written",
                                static_cast<int64_t>(written_));
    penstock::host::report_stat(stat, ctx, PENSTOCK_GAUGE, "in_flight_bytes", "bytes",
                                "bytes accepted and not yet written", static_cast<int64_t>(unwritten()));
  }

 private:
  static int32_t fail(penstock_error* error, int32_t code, int cause) {
    if (error != nullptr) {
      error->code = code;
      error->retryable = cause == EPIPE ? 0 : 1;
      std::snprintf(error->text, sizeof error->text, "%s: cannot write to standard output: %s",
                    kCannotWrite.text().data(), std::strerror(cause));
    }
    return code;
  }

  // Returns whether a write of kPieceBytes would not block. Also detects that the reader has gone away, even if
  // there is nothing to write, because poll() always reports that.
  bool reader_is_ready() {
    if (gone_ || !waits_) return !gone_;
    pollfd out{fd_, POLLOUT, 0};
    if (poll(&out, 1, 0) != 1) return false;
    if ((out.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) reader_went_away();
    return !gone_;
  }

  void reader_went_away() {
    gone_ = true;
    static constexpr std::string_view kText =
        "PS0907: the reader of standard output has closed it; unwritten records are released";
    host_.log(host_.ctx, PENSTOCK_LOG_ERROR, {kText.data(), kText.size()});
  }

  // Writes complete lines if possible, so that a reader that goes away does not have half a line.
  ssize_t write_piece() const {
    const std::string_view next = std::string_view(text_).substr(start_);
    if (is_file_) return ::write(fd_, next.data(), next.size());
    const std::string_view piece = next.substr(0, kPieceBytes);
    const size_t end = piece.rfind('\n');
    const size_t size = end == std::string_view::npos ? piece.size() : end + 1;
    return is_socket_ ? send(fd_, piece.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                      : ::write(fd_, piece.data(), size);
  }

  void move(ssize_t bytes) {
    written_ += static_cast<uint64_t>(bytes);
    start_ = static_cast<size_t>(static_cast<ssize_t>(start_) + bytes);
  }

  // Removes the part of a line that a full disk, or a file at its size limit, has accepted. The complete line is
  // written later, perhaps by the next process.
  void take_back_cut_line() {
    if (!is_file_ || start_ == 0) return;
    const size_t line = text_.rfind('\n', start_ - 1) + 1;
    const auto cut = static_cast<off_t>(start_ - line);
    struct stat file {};
    const off_t end = lseek(fd_, 0, SEEK_CUR);
    // Not if another process has appended since.
    if (cut == 0 || fstat(fd_, &file) != 0 || file.st_size != end || ftruncate(fd_, end - cut) != 0) return;
    lseek(fd_, end - cut, SEEK_SET);
    move(-cut);
  }

  void add(const penstock_record& record) {
    const std::string_view body = penstock::view(record.body);
    std::string wrapped;
    if ((record.flags & PENSTOCK_RECORD_JSON) == 0) {
      wrapped = "{\"time_ms\":" + std::to_string(record.time_ms) + ",\"message\":";
      append_json_string(wrapped, body);
      wrapped += '}';
    }
    const std::string_view line = wrapped.empty() ? body : std::string_view(wrapped);
    if (terminal_)
      append_json_for_terminal(text_, line);
    else
      text_ += line;
    text_ += '\n';
  }

  void ask_for_wakeup(bool wanted) {
    if (!waits_ || wanted == asked_) return;
    epoll_event event{};
    event.events = wanted ? static_cast<uint32_t>(EPOLLOUT) : 0;
    epoll_ctl(wakeup_, EPOLL_CTL_MOD, fd_, &event);
    asked_ = wanted;
  }

  size_t unwritten() const { return text_.size() - start_; }
  bool full() const { return unwritten() >= kFullBytes; }

  penstock_host host_;
  bool is_file_;
  bool is_socket_;
  bool terminal_;
  int own_;             // closed by us; -1: not opened
  int fd_;              // written to
  int wakeup_;          // readable when standard output accepts more and there is more
  bool waits_ = false;  // standard output can be waited for
  bool asked_ = false;
  bool gone_ = false;  // the reader has gone away
  std::string text_;
  size_t start_ = 0;      // of the unwritten part of text_
  uint64_t written_ = 0;  // total bytes
  int64_t records_ = 0;
  std::deque<Taken> taken_;
};

StdoutOutput* of(penstock_instance* self) { return reinterpret_cast<StdoutOutput*>(self); }

int32_t create(const penstock_host* host, const penstock_option*, size_t, size_t, penstock_instance** out,
               penstock_error* error) noexcept {
  struct stat file {};
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (fstat(STDOUT_FILENO, &file) != 0 || flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
    std::snprintf(error->text, sizeof error->text, "PS0908: standard output is not open for writing");
    return PENSTOCK_E_IO;
  }
  *out = reinterpret_cast<penstock_instance*>(new (std::nothrow) StdoutOutput(*host, file.st_mode));
  return *out == nullptr ? PENSTOCK_E_MEMORY : PENSTOCK_OK;
}

int32_t write_batch(penstock_instance* self, const penstock_batch* batch, penstock_error* error) noexcept {
  return of(self)->take(*batch, error);
}

int32_t pump(penstock_instance* self, int64_t, penstock_settled_fn settled, void* ctx,
             penstock_error* error) noexcept {
  const int32_t result = of(self)->pump(settled, ctx, error);
  if (of(self)->closed) of(self)->give_back(settled, ctx);
  return result;
}

int32_t descriptor(penstock_instance* self) noexcept { return of(self)->descriptor(); }
int64_t next_deadline_ms(penstock_instance* self) noexcept { return of(self)->next_deadline_ms(); }

int32_t stats(penstock_instance* self, penstock_stat_fn stat, void* ctx) noexcept {
  of(self)->stats(stat, ctx);
  return PENSTOCK_OK;
}

int32_t close_output(penstock_instance* self, int64_t, penstock_error*) noexcept {
  of(self)->closed = true;
  return PENSTOCK_OK;
}

void destroy(penstock_instance* self) noexcept { delete of(self); }

const penstock_output kOutput = {sizeof(penstock_output), 0, write_batch, pump};

const penstock_stage kStage = [] {
  penstock_stage stage = penstock::host::own_stage(
      PENSTOCK_OUTPUT, "stdout", "Prints each record as a line of JSON on standard output.", create, destroy);
  stage.output = &kOutput;
  stage.descriptor = descriptor;
  stage.next_deadline_ms = next_deadline_ms;
  stage.stats = stats;
  stage.close = close_output;
  return stage;
}();

}  // namespace

namespace penstock::host {

const penstock_stage& stdout_output() { return kStage; }

}  // namespace penstock::host
