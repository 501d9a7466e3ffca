// Checks that two introductions say the same, field by field.
#pragma once

#include <doctest/doctest.h>

#include "git/provenance.h"

namespace picket::test {

inline void CheckSame(const Introduction& a, const Introduction& b) {
  CHECK(a.commit == b.commit);
  CHECK(a.path == b.path);
  CHECK(a.author == b.author);
  CHECK(a.email == b.email);
  CHECK(a.date == b.date);
  CHECK(a.other_places == b.other_places);
  CHECK(a.more_places == b.more_places);
  CHECK(a.rank == b.rank);
  CHECK(a.reachable == b.reachable);
  CHECK(a.ref == b.ref);
}

}  // namespace picket::test
