#include "sandbox/places.h"

#include <algorithm>

#include "core/byte_reader.h"
#include "core/byte_writer.h"

namespace picket {
namespace {

constexpr std::string_view kPackFolderName = "pack";
constexpr size_t kLongestPackName = 128;

std::string TwoDigits(uint32_t number) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {kDigits[number / 16], kDigits[number % 16]};
}

// What stands behind the directory in `path`; "" where it is not below it.
std::string_view Below(const std::string& directory, std::string_view path) {
  if (path.size() <= directory.size() + 1 || !path.starts_with(directory)) return "";
  return path[directory.size()] == '/' ? path.substr(directory.size() + 1) : "";
}

std::optional<ObjectId> LooseId(std::string_view below) {
  if (below.size() < 4 || below[2] != '/') return std::nullopt;
  const std::string hex = std::string(below.substr(0, 2)).append(below.substr(3));
  std::optional<ObjectId> oid = ObjectId::TryParse(hex);
  if (!oid || oid->ToHex() != hex) return std::nullopt;
  return oid;
}

std::optional<uint32_t> FolderNumber(std::string_view below) {
  if (below == kPackFolderName) return kPackFolder;
  for (uint32_t i = 0; i < kTopFolder; ++i) {
    if (below == TwoDigits(i)) return i;
  }
  return std::nullopt;
}

}  // namespace

std::string WritePlaces(const Places& places) {
  std::string text;
  for (const std::vector<std::string>* list : {&places.object_dirs, &places.files}) {
    AppendU64Le(list->size(), &text);
    for (const std::string& path : *list) AppendSized(path, &text);
  }
  AppendSized(places.context, &text);
  return text;
}

std::optional<Places> ReadPlaces(std::string_view text) {
  Places places;
  ByteReader reader(AsBytes(text));
  for (std::vector<std::string>* list : {&places.object_dirs, &places.files}) {
    const uint64_t count = reader.U64Le();
    for (uint64_t i = 0; i < count && reader.ok(); ++i)
      list->emplace_back(AsText(reader.Take(reader.U64Le())));
  }
  places.context = AsText(reader.Take(reader.U64Le()));
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return places;
}

bool IsPackName(std::string_view name) {
  if (name.size() > kLongestPackName || !name.starts_with("pack-")) return false;
  name.remove_prefix(5);
  if (name.ends_with(".idx")) {
    name.remove_suffix(4);
  } else if (name.ends_with(".pack")) {
    name.remove_suffix(5);
  } else {
    return false;
  }
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

std::optional<PlaceQuestion> FindFile(const Places& places, const std::string& path) {
  for (uint32_t i = 0; i < places.object_dirs.size(); ++i) {
    const std::string_view below = Below(places.object_dirs[i], path);
    if (const std::optional<ObjectId> oid = LooseId(below)) {
      return PlaceQuestion{Question::kOpenLoose, i, 0, std::string(AsText(oid->raw()))};
    }
    if (below.starts_with("pack/") && IsPackName(below.substr(5))) {
      return PlaceQuestion{Question::kOpenPack, i, 0, std::string(below.substr(5))};
    }
  }
  const auto file = std::lower_bound(places.files.begin(), places.files.end(), path);
  if (file == places.files.end() || *file != path) return std::nullopt;
  const uint64_t number = static_cast<uint64_t>(file - places.files.begin());
  return PlaceQuestion{Question::kOpenListed, 0, number, ""};
}

std::optional<PlaceQuestion> FindFolder(const Places& places, const std::string& path) {
  for (uint32_t i = 0; i < places.object_dirs.size(); ++i) {
    if (path == places.object_dirs[i]) {
      return PlaceQuestion{Question::kListFolder, i, kTopFolder, ""};
    }
    if (const std::optional<uint32_t> folder = FolderNumber(Below(places.object_dirs[i], path))) {
      return PlaceQuestion{Question::kListFolder, i, *folder, ""};
    }
  }
  return std::nullopt;
}

std::optional<std::string> PathOf(const Places& places, const PlaceQuestion& question) {
  if (question.question == Question::kOpenListed) {
    if (question.at >= places.files.size()) return std::nullopt;
    return places.files[question.at];
  }
  if (question.directory >= places.object_dirs.size()) return std::nullopt;
  const std::string& directory = places.object_dirs[question.directory];
  switch (question.question) {
    case Question::kOpenLoose:
    case Question::kLooseExists: {
      const size_t size = question.text.size();
      if (size != 20 && size != 32) return std::nullopt;
      const std::string hex = ObjectId::FromRaw(AsBytes(question.text)).ToHex();
      return directory + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
    }
    case Question::kOpenPack:
      if (!IsPackName(question.text)) return std::nullopt;
      return directory + "/pack/" + question.text;
    case Question::kPacksChangedAt: return directory + "/pack";
    case Question::kListFolder:
      if (question.at == kTopFolder) return directory;
      if (question.at == kPackFolder) return directory + "/pack";
      if (question.at > kPackFolder) return std::nullopt;
      return directory + "/" + TwoDigits(static_cast<uint32_t>(question.at));
    case Question::kReadLoose:
    case Question::kOpenListed:
    case Question::kErrand:
    case Question::kPlaces:
    case Question::kLastWords: break;
  }
  return std::nullopt;
}

}  // namespace picket
