#include "cli/server_kind.h"

#include <doctest/doctest.h>

#include "core/error.h"

namespace picket {
namespace {

TEST_CASE("Every kind of server has a name that leads back to it") {
  for (const std::string& name : KindNames()) {
    const ServerKind kind = KindNamed(name);
    CHECK(KindNamed(NameOf(kind)) == kind);
  }
  CHECK(KindNamed("forgejo") == ServerKind::kGitea);
  CHECK_THROWS_AS(KindNamed("sourceforge"), Error);
}

TEST_CASE("A folder that tells nothing is a plain one") {
  CHECK(DetectKind("/nonexistent") == ServerKind::kPlain);
  CHECK(DetectKind("/nonexistent/custom_hooks") == ServerKind::kGitlab);
}

}  // namespace
}  // namespace picket
