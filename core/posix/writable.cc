#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/text.h"
#include "core/posix/file_io.h"
#include "core/posix/posix_env.h"

namespace penstock::posix {

namespace {

std::string this_user() { return "user " + std::to_string(geteuid()) + ", who runs this program"; }

Status failed(const std::string& what, int error) {
  return {Code::config, "PS0682", what + ": " + std::generic_category().message(error)};
}

// Checks the folder of path: to sync it requires read access, and to create files in it write access.
Status check_folder_of(const std::string& path, int access) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  struct stat about = {};
  const std::string name = "folder " + printable(folder);
  if (stat(folder.c_str(), &about) != 0) {
    if (errno != ENOENT) return failed(name + " cannot be used", errno);
    return {Code::config, "PS0683",
            name + " does not exist: create it, owned by " + this_user() + " (install -d -m 0700 -o " +
                std::to_string(geteuid()) + " " + printable(folder) + ")"};
  }
  if (!S_ISDIR(about.st_mode)) return {Code::config, "PS0684", name + " is not a folder; name a file in one"};
  if (faccessat(AT_FDCWD, folder.c_str(), access, AT_EACCESS) == 0) return {};
  const std::string what = name + ((access & W_OK) != 0 ? " cannot be read and written" : " cannot be read");
  if (errno != EACCES) return failed(what, errno);
  return {Code::config, "PS0685",
          what + " by " + this_user() + ": it belongs to user " + std::to_string(about.st_uid) +
              "; change its owner (chown " + std::to_string(geteuid()) + " " + printable(folder) +
              "), or name another"};
}

// Checks a path at which a file may exist. Sets *about if it does; otherwise sets its st_nlink to 0.
Status check_path(const std::string& path, struct stat* about) {
  *about = {};
  const std::string name = printable(path);
  if (path.empty() || path.ends_with('/'))
    return {Code::config, "PS0686", name + " names a folder; name a file in it"};
  if (lstat(path.c_str(), about) != 0) {
    if (errno == ENAMETOOLONG) return failed(name, errno);
    return check_folder_of(path, R_OK | W_OK | X_OK);
  }
  if (S_ISLNK(about->st_mode)) return {Code::config, "PS0687", name + " is a symbolic link; name the file itself"};
  if (!S_ISREG(about->st_mode)) return {Code::config, "PS0688", name + " is not a regular file; name one"};
  if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
    return failed(name + " cannot be read and written by " + this_user(), errno);
  return check_folder_of(path, R_OK | X_OK);
}

}  // namespace

Status check_writable(const std::string& path) {
  struct stat about = {};
  Status status = check_path(path, &about);
  return status.ok() && about.st_nlink > 0 ? check_private(about, printable(path)) : status;
}

Status check_replaceable(const std::string& path) {
  if (Status status = check_target(path); !status.ok()) return status;
  const std::string temporary = path + ".tmp";
  struct stat about = {};
  Status status = check_path(temporary, &about);
  return status.ok() && about.st_nlink > 0 ? check_temporary(about, printable(temporary)) : status;
}

}  // namespace penstock::posix
