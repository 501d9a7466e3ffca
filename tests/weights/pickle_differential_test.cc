// The machine against CPython's own unpicklers: a name that one of them looks up and the machine
// does not is a hole in the gate.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "weights/pickle_machine.h"

namespace picket {
namespace {

using Names = std::set<std::pair<std::string, std::string>>;

class Watcher : public PickleObserver {
 public:
  bool OnGlobal(uint32_t, const PickleGlobal&) override { return true; }
  void OnCall(const PickleCall&) override {}
  std::optional<uint64_t> OnNested(uint64_t) override { return std::nullopt; }
};

struct Seen {
  Names names;
  // Of names that only running code could tell: the modules, "" where that is not known either.
  std::set<std::string> computed;
  PickleRun run;
};

Seen Look(Bytes bytes, FrameRule frames) {
  PickleMachine machine;
  Watcher watcher;
  Seen seen;
  seen.run = machine.Run(bytes, 0, frames, UINT64_MAX, watcher);
  for (const PickleGlobal& global : machine.globals()) {
    if (global.computed) {
      seen.computed.insert(global.module == "copyreg" && !global.name.empty() ? "" : global.module);
    } else {
      seen.names.insert({global.module, global.name});
    }
  }
  return seen;
}

std::string Unhex(std::string_view hex) {
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

std::vector<std::string> Split(const std::string& line, char separator) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == separator) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

}  // namespace

TEST_CASE("pickle machine: what CPython looks up is reported, and no more where it loads") {
  const char* seed = std::getenv("PICKET_SEED");
  const char* count = std::getenv("PICKET_CASES");
  std::string command = std::string("python3 '") + PICKET_SOURCE_DIR +
                        "/tests/support/pickle_differential.py' " + (seed ? seed : "7") + " " +
                        (count ? count : "4000");
  if (std::system("python3 -c 'import _pickle' >/dev/null 2>&1") != 0) {
    MESSAGE("python3 is not here: nothing was compared");
    return;
  }
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::vector<char> buffer(1 << 16);
  for (size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), n);
  }
  REQUIRE(pclose(pipe) == 0);

  size_t cases = 0;
  size_t loads = 0;
  size_t made_names = 0;
  for (const std::string& line : Split(text, '\n')) {
    std::vector<std::string> fields = Split(line, '\t');
    if (fields.size() != 4) continue;
    ++cases;
    std::string stream = Unhex(fields[0]);
    Names real;
    // Modules of the names that code made.
    std::set<std::string> made;
    for (const std::string& pair : Split(fields[3], ',')) {
      std::vector<std::string> parts = Split(pair, ':');
      if (parts.size() != 3) continue;
      // Reported names are cut at 4 KiB.
      std::string module = Unhex(parts[0]).substr(0, 4096);
      if (parts[2] == "1") {
        made.insert(module);
      } else {
        real.insert({module, Unhex(parts[1]).substr(0, 4096)});
      }
    }
    bool file = fields[1] == "file";
    Seen linear = Look(AsBytes(stream), FrameRule::kLinear);
    Seen dropped = Look(AsBytes(stream), FrameRule::kDropTail);
    Names reported = linear.names;
    std::set<std::string> computed = linear.computed;
    // The second reader is only asked where the first one meets a straddled frame.
    if (linear.run.straddled) {
      reported.insert(dropped.names.begin(), dropped.names.end());
      computed.insert(dropped.computed.begin(), dropped.computed.end());
    }
    bool contained = std::includes(reported.begin(), reported.end(), real.begin(), real.end());
    for (const std::string& module : made) {
      contained = contained && (computed.count("") == 1 || computed.count(module) == 1);
    }
    bool loaded = fields[2] == "1";
    loads += loaded ? 1 : 0;
    made_names += made.empty() ? 0u : 1u;
    bool equal = true;
    if (loaded) {
      // Interpreters in which the loss of frame tails is mended read files linearly too.
      auto same = [&](const Seen& seen) {
        return seen.names == real && seen.computed.empty() == made.empty() &&
               seen.run.end == PickleEnd::kStop;
      };
      equal = same(linear) || (file && same(dropped));
    }
    if (contained && equal) continue;
    CAPTURE(fields[0].substr(0, 2000));
    CAPTURE(fields[1]);
    CAPTURE(linear.run.reason);
    CAPTURE(linear.run.offset);
    CHECK(contained);
    CHECK(equal);
  }
  CHECK(cases > 3000);
  CHECK(loads > 500);
  CHECK(made_names > 100);
}

}  // namespace picket
