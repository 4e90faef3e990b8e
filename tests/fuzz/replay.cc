// Runs a fuzzer once on each file of some folders, so that every build tests the inputs that the fuzzers found.
// usage: NAME_replay FOLDER_OR_FILE...
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void run(const std::filesystem::path& path) {
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);  // so that after a crash the last line names the file
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // A buffer of the exact size, so that a sanitizer detects an access past the end.
  const auto data = std::make_unique<uint8_t[]>(text.size());
  if (!text.empty()) std::memcpy(data.get(), text.data(), text.size());
  LLVMFuzzerTestOneInput(data.get(), text.size());
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (const char* const path : std::vector<const char*>(argv + 1, argv + argc)) {
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::directory_iterator(path)) {
        run(entry.path());
        ++files;
      }
    } else {
      run(path);
      ++files;
    }
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
