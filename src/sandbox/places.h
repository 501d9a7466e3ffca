// The files that may be asked for after a process has shut itself in, agreed on before. A place is
// told by number, id or name, never by path, so that there is no path to get wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/object_id.h"
#include "sandbox/wire.h"

namespace picket {

struct Places {
  // Object directories; see git/repository.h.
  std::vector<std::string> object_dirs;
  // Files outside Git, sorted.
  std::vector<std::string> files;
  // For errands, in the words of whoever does them.
  std::string context;
};

// As one text, and back; nullopt where it is none.
std::string WritePlaces(const Places& places);
std::optional<Places> ReadPlaces(std::string_view text);

// One question about a place.
struct PlaceQuestion {
  Question question = Question::kOpenLoose;
  uint32_t directory = 0;
  uint64_t at = 0;   // number of a listed file, or a folder
  std::string text;  // raw id, or a pack's name
};

// Which place `path` is, for a question that opens it, looks whether it is there, asks when it
// changed, or lists it; nullopt where it is none.
std::optional<PlaceQuestion> FindFile(const Places& places, const std::string& path);
std::optional<PlaceQuestion> FindFolder(const Places& places, const std::string& path);

// The path of a question that came through the socket; nullopt unless every part of it is what it
// has to be. What FindFile and FindFolder give is answered by the path that they were given.
std::optional<std::string> PathOf(const Places& places, const PlaceQuestion& question);

// "pack-" and letters and digits, ".idx" or ".pack": never a slash, never a dot more.
bool IsPackName(std::string_view name);

}  // namespace picket
