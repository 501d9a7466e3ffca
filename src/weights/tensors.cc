#include "weights/tensors.h"

#include <algorithm>
#include <string_view>

#include "contents/zip_directory.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr uint16_t kStored = 0;
constexpr uint16_t kEncryptedFlags = 0x1 | 0x40 | 0x2000;

// The shape of a file needs no word on names.
class NoImports : public ImportSource {
 public:
  const Imports& Get() const override { return imports_; }

 private:
  Imports imports_;
};

// `name`: the reader takes the file for what it is there for, and checks all of it.
std::vector<Span> TensorsOf(FormatReader read, std::string_view name, Bytes file) {
  static const NoImports imports;
  PickleScanner scanner(imports);
  BlobRef ref;
  ref.names.push_back(name);
  WeightReport report;
  read(Blob{ref, file}, scanner, report);
  bool doubtful = !report.problems.empty() || !report.gaps.empty();
  for (const PickledPart& part : report.pickles) {
    doubtful = doubtful || !part.scan.gaps.empty() || part.scan.streams.size() != 1;
    for (const PickleStream& stream : part.scan.streams) {
      doubtful = doubtful || !stream.disagreement.empty();
    }
  }
  if (doubtful) return {};
  return std::move(report.tensors);
}

// "archive/data/17", and "archive/" with it; "" for any other name.
std::string_view PrefixOfStorage(std::string_view name) {
  size_t digits = name.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || digits + 1 == name.size()) return {};
  name = name.substr(0, digits + 1);
  constexpr std::string_view kFolder = "/data/";
  if (!name.ends_with(kFolder)) return {};
  return name.substr(0, name.size() - kFolder.size() + 1);
}

std::vector<Span> StoragesOf(Bytes file) {
  std::vector<ZipDirectory> directories = FindZipDirectories(file);
  if (directories.size() != 1 || directories.front().cut) return {};
  std::vector<Span> taken;
  std::vector<Span> storages;
  std::string_view prefix;
  std::vector<std::string_view> names;
  for (const ZipEntry& entry : directories.front().entries) {
    auto local = ReadZipLocalHeader(file, entry.header);
    bool agrees = local && local->name == entry.name && local->method == entry.method &&
                  local->flags == entry.flags && (entry.flags & kEncryptedFlags) == 0 &&
                  entry.compressed <= file.size() - local->data;
    if (!agrees) return {};
    names.push_back(entry.name);
    taken.push_back({entry.header, local->data + entry.compressed - entry.header});
    std::string_view folder = PrefixOfStorage(entry.name);
    bool plain = entry.method == kStored && entry.compressed == entry.size && entry.size > 0;
    if (folder.empty() || !plain) continue;
    if (!prefix.empty() && folder != prefix) return {};
    prefix = folder;
    storages.push_back({local->data, entry.compressed});
  }
  taken.push_back(directories.front().span);
  std::sort(taken.begin(), taken.end());
  for (size_t i = 1; i < taken.size(); ++i) {
    if (taken[i].offset < taken[i - 1].end()) return {};
  }
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) return {};
  bool torch = std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return !prefix.empty() && name.starts_with(prefix) && name.substr(prefix.size()) == "data.pkl";
  });
  if (!torch) return {};
  std::sort(storages.begin(), storages.end());
  return storages;
}

}  // namespace

std::vector<Span> FindTensors(Bytes file) {
  std::string_view text = AsText(file);
  if (text.starts_with("GGUF")) return TensorsOf(ReadGguf, "x.gguf", file);
  if (text.starts_with("PK\x03\x04")) return StoragesOf(file);
  if (file.size() > 8 && file[8] == '{') return TensorsOf(ReadSafetensors, "x.safetensors", file);
  // Of pickles only joblib's hold arrays in the open.
  constexpr size_t kWhereWrappersBegin = 4096;
  if (text.substr(0, kWhereWrappersBegin).find("NumpyArrayWrapper") == std::string_view::npos) {
    return {};
  }
  return TensorsOf(ReadPickle, "x.joblib", file);
}

}  // namespace picket
