#include "git/store_ids.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/fingerprint.h"

namespace picket {
namespace {

constexpr size_t kDigestChunk = size_t{1} << 16;

// The rest of one sorted list.
struct Rest {
  const PackIndex* index = nullptr;
  const std::vector<ObjectId>* loose = nullptr;
  size_t next = 0;

  size_t size() const { return index != nullptr ? index->size() : loose->size(); }
  Bytes id() const {
    return index != nullptr ? index->raw_id(static_cast<uint32_t>(next)) : (*loose)[next].raw();
  }
};

bool Less(Bytes a, Bytes b) {
  return std::memcmp(a.data(), b.data(), std::min(a.size(), b.size())) < 0;
}

// For a heap with the smallest id on top.
bool Later(const Rest& a, const Rest& b) { return Less(b.id(), a.id()); }

}  // namespace

StoreIds::StoreIds(const Repository& repository, unsigned threads) {
  for (const auto& pack : *repository.packs().packs()) {
    if (pack->Open() && pack->index().CheckOrder().empty()) packs_.push_back(pack);
  }
  // Last, since whoever repacks writes what becomes unreachable loose before the old packs go.
  loose_ = ListLooseIds(repository, threads);
}

void StoreIds::ForEach(const std::function<void(Bytes)>& visit) const {
  std::vector<Rest> heap;
  for (const auto& pack : packs_) {
    if (pack->index().size() > 0) heap.push_back({&pack->index(), nullptr, 0});
  }
  if (!loose_.ids.empty()) heap.push_back({nullptr, &loose_.ids, 0});
  std::make_heap(heap.begin(), heap.end(), Later);
  Bytes last;
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), Later);
    Rest& rest = heap.back();
    // Until another list has a smaller one: the last run has no other list at all.
    do {
      const Bytes id = rest.id();
      if (last.empty() || AsText(id) != AsText(last)) visit(id);
      last = id;
    } while (++rest.next < rest.size() &&
             (heap.size() == 1 || !Less(heap.front().id(), rest.id())));
    if (rest.next < rest.size()) {
      std::push_heap(heap.begin(), heap.end(), Later);
    } else {
      heap.pop_back();
    }
  }
}

std::string StoreIds::Digest() const {
  std::string state;
  std::string chunk;
  chunk.reserve(kDigestChunk + 64);
  const auto take = [&] {
    state = Sha256(AsBytes(chunk));
    chunk = state;
  };
  ForEach([&](Bytes id) {
    chunk += AsText(id);
    if (chunk.size() >= kDigestChunk) take();
  });
  take();
  return state;
}

std::string StoreIds::KeyOf(const PackFile& pack) {
  std::string key(AsText(pack.index().pack_checksum()));
  key += ':' + std::to_string(pack.bytes().size()) + ':' + std::to_string(pack.index().size());
  return key;
}

}  // namespace picket
