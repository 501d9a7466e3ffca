// What a half that was taken over may send its keeper: the first byte says whether the rest is an
// agreement or a question. Whatever is asked, the path that it leads to lies below what was agreed
// on.
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "sandbox/places.h"
#include "sandbox/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    const std::optional<picket::Places> places = picket::ReadPlaces(rest);
    if (places && picket::WritePlaces(*places) != rest) abort();
    return 0;
  }
  const picket::Places places{.object_dirs = {"/objects/one", "/objects/two"},
                              .files = {"/listed/a", "/listed/b"},
                              .context = ""};
  uint64_t at = 0;
  if (rest.size() < 2 + sizeof at) return 0;
  std::memcpy(&at, rest.data() + 2, sizeof at);
  const picket::PlaceQuestion question{
      static_cast<picket::Question>(static_cast<uint8_t>(rest[0]) % 10),
      static_cast<uint8_t>(rest[1]), at, std::string(rest.substr(2 + sizeof at))};
  for (const char* folder : {"/objects/one/", "/objects/two", "/listed/"}) {
    const std::string near = folder + question.text;
    for (const auto& found : {picket::FindFile(places, near), picket::FindFolder(places, near)}) {
      if (found && picket::PathOf(places, *found) != near) abort();
    }
  }
  const std::optional<std::string> path = picket::PathOf(places, question);
  if (!path) return 0;
  if (path->find("..") != std::string::npos || path->find('\0') != std::string::npos) abort();
  if (!path->starts_with("/objects/") && !path->starts_with("/listed/")) abort();
  // Opening what the same words would find is the same place.
  const std::optional<picket::PlaceQuestion> found = picket::FindFile(places, *path);
  if (found && picket::PathOf(places, *found) != path) abort();
  return 0;
}
