#include "cli/lfs_setup.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/rule_cache.h"
#include "core/error.h"
#include "git/lfs_memory.h"

namespace picket {
namespace {

// A path may hold any byte but 0, so the end of each part is told by its length.
void Put(std::string_view part, std::string* text) {
  text->append(std::to_string(part.size())).append(":").append(part);
}

std::string_view Take(std::string_view* text) {
  const size_t colon = std::min(text->find(':'), text->size());
  size_t size = 0;
  for (char digit : text->substr(0, colon)) {
    if (digit < '0' || digit > '9' || size > text->size()) return {};
    size = size * 10 + static_cast<size_t>(digit - '0');
  }
  text->remove_prefix(std::min(colon + 1, text->size()));
  const std::string_view part = text->substr(0, size);
  text->remove_prefix(part.size());
  return part;
}

LfsLayout ToLayout(std::string_view digit) {
  for (const LfsLayout layout : {LfsLayout::kGitLfs, LfsLayout::kSplit, LfsLayout::kSoftServe})
    if (digit == std::to_string(static_cast<int>(layout))) return layout;
  return LfsLayout::kAuto;
}

}  // namespace

LfsSetup SetUpLfs(const Repository& repository, const Policy& policy, Gate gate) {
  const bool on_server = gate == Gate::kPreReceive;
  LfsSetup setup;
  try {
    setup.places = LfsStores::PlacesOf(repository, !on_server);
  } catch (const Error& error) {
    setup.trouble = error.what();
  }
  setup.required = policy.lfs.stores;
  setup.memory = policy.lfs.memory;
  setup.uses_cache = policy.lfs.memory.empty() && !on_server;
  return setup;
}

void OpenLfsStores(const LfsSetup& setup, std::optional<LfsStores>* stores) {
  if (!setup.trouble.empty()) throw Error(setup.trouble);
  stores->emplace(setup.places, setup.required);
}

std::string LfsMemoryFolder(const LfsSetup& setup) {
  if (!setup.uses_cache) return setup.memory;
  const std::filesystem::path folder = UserCacheFolder();
  std::error_code error;
  return !folder.empty() && MakeCacheFolder(folder, &error) ? folder.string() : "";
}

std::string WriteLfsSetup(const LfsSetup& setup) {
  std::string text;
  Put(setup.memory, &text);
  Put(setup.uses_cache ? "cache" : "", &text);
  Put(setup.trouble, &text);
  for (const auto* list : {&setup.places, &setup.required}) {
    for (const LfsPlace& place : *list) {
      Put(list == &setup.places ? "p" : "r", &text);
      Put(std::to_string(static_cast<int>(place.layout)), &text);
      Put(place.path, &text);
    }
  }
  return text;
}

LfsSetup ReadLfsSetup(std::string_view text) {
  LfsSetup setup;
  setup.memory = Take(&text);
  setup.uses_cache = !Take(&text).empty();
  setup.trouble = Take(&text);
  while (!text.empty()) {
    const std::string_view which = Take(&text);
    const LfsLayout layout = ToLayout(Take(&text));
    const std::string_view path = Take(&text);
    if (path.empty()) break;
    (which == "p" ? setup.places : setup.required).push_back({std::string(path), layout});
  }
  return setup;
}

Answer LfsKeeper::Do(Errand errand, std::string_view setup, std::string_view question) {
  Answer answer;
  switch (errand) {
    case Errand::kLfsOpen: {
      OpenLfsStores(ReadLfsSetup(setup), &stores_);
      answer.text = stores_->empty() ? "" : "some";
      return answer;
    }
    case Errand::kLfsFind:
      if (!stores_) break;
      return FindLfsOutside(*stores_, question);
    case Errand::kLfsMemoryLoad:
      answer.text = ReadLfsMemoryFile(LfsMemoryFolder(ReadLfsSetup(setup)));
      return answer;
    case Errand::kLfsMemorySave:
      WriteLfsMemoryFile(LfsMemoryFolder(ReadLfsSetup(setup)), question);
      return answer;
    default: break;
  }
  throw Error("Objects of Git LFS were asked for in a way that makes no sense.");
}

}  // namespace picket
