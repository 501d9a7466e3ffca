#include "cli/build_id.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace picket {

TEST_CASE("The build id is the one that readelf tells") {
  FILE* pipe = popen(("readelf -n /proc/" + std::to_string(getpid()) + "/exe").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string notes;
  for (int c = 0; (c = fgetc(pipe)) != EOF;) notes.push_back(static_cast<char>(c));
  REQUIRE(pclose(pipe) == 0);
  std::string id;
  for (char c : BuildId()) {
    char hex[3];
    std::snprintf(hex, sizeof(hex), "%02x", static_cast<unsigned char>(c));
    id += hex;
  }
  CHECK(id.size() >= 16);
  CHECK(notes.find("Build ID: " + id + "\n") != std::string::npos);
}

}  // namespace picket
