// What looks into a captured secret takes any bytes: it ends, stays within them, and says the same
// twice. The bytes are a template of a text too, so that no secret has to stand in a corpus for
// what only a secret reaches.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "match/measure.h"
#include "secrets/assignment.h"
#include "secrets/checksums.h"
#include "secrets/jwt.h"
#include "secrets/placeholder.h"
#include "secrets/private_key.h"
#include "secrets/template.h"

namespace {

uint32_t Judge(picket::Bytes bytes) {
  const std::string_view text = picket::AsText(bytes);
  const size_t third = text.size() / 3;
  const std::string_view first = text.substr(0, third);
  const std::string_view second = text.substr(third, third);
  const std::string_view last = text.substr(2 * third);
  uint32_t said = 0;
  for (bool yes : {picket::IsJwt(text), picket::IsGitlabRoutable(text), picket::IsBech32(text),
                   picket::IsBasicCredentials(text), picket::LooksRandom(text),
                   picket::LooksLikePassword(text), picket::NamesSecret(text), picket::IsUuid(text),
                   picket::NamesKey(first), picket::IsPlaceholder(text),
                   picket::IsUserInfo(first, second, last), picket::IsPublished(text),
                   picket::IsPrivateKey(picket::ReadPemBody(bytes, 0, 16 * 1024)),
                   picket::DescribeJwtExpiry(text).empty(),
                   picket::AssignedName(bytes, third, 2 * third).empty()}) {
    said = said << 1 | (yes ? 1u : 0u);
  }
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const picket::Bytes bytes(data, size);
  if (Judge(bytes) != Judge(bytes)) std::abort();
  if (size > 2000) return 0;
  picket::SeededRandom random(size);
  std::string why;
  const auto made =
      picket::ExpandTemplate(picket::AsText(bytes), random, picket::Spoiling::kNone, &why);
  if (made) Judge(picket::AsBytes(*made));
  return 0;
}
