// By hand: the part of an audit that reads and examines blobs, by itself: the objects are listed,
// and every blob goes through every detector. No name, commit or tag, and no provenance. Copied
// beside an installed picket, it uses its compiled rules.
//   picket_blob_audit REPOSITORY [THREADS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/audit_objects.h"
#include "cli/command_line.h"
#include "cli/engine.h"
#include "core/error.h"
#include "git/object_source.h"
#include "git/pack_order.h"
#include "git/repository.h"
#include "git/store_source.h"
#include "scan/scanner.h"

namespace picket {
namespace {

// Blobs stand first, among the objects and among the items.
void KeepBlobs(ObjectInventory* inventory) {
  const auto is_blob = [inventory](const InventoryItem& item) {
    if (item.forest == kNone) return inventory->objects.type(item.index) == ObjectType::kBlob;
    return inventory->forests[item.forest]->entries()[item.index].type == ObjectType::kBlob;
  };
  auto& items = inventory->object_items;
  items.erase(std::partition_point(items.begin(), items.end(), is_blob), items.end());
  std::erase_if(inventory->long_object_items,
                [&items](uint32_t item) { return item >= items.size(); });
}

void Run(const char* path, unsigned threads) {
  const auto repository = Repository::OpenAt(path);
  const Policy policy;
  CommonOptions common;
  common.threads = threads;
  const Engine engine(common, policy, RuleCache::kUnused);
  ObjectInventory inventory = ListObjects(*repository, engine.threads());
  ForgetTreeItems(&inventory);
  KeepBlobs(&inventory);
  const std::vector<Ref> refs;
  const std::vector<std::string> names;
  const AuditObjects objects(inventory.objects, refs, names);
  const EffectiveLimits limits = policy.effective_limits();
  const ObjectSource single(*repository, objects,
                            {.memory_limit = limits.blob_memory_bytes,
                             .temporary_bytes = limits.temp_bytes,
                             .may_be_promised = true});
  const StoreSource source(inventory, objects, single);
  const ScanResult result = ScanAll(source, engine.detectors(), engine.NewScanOptions());
  std::printf("%llu blobs, %llu bytes, %zu of which there is something to say, %zu gaps\n",
              static_cast<unsigned long long>(result.blobs),
              static_cast<unsigned long long>(result.bytes), result.objects.size(),
              result.gaps.size());
}

}  // namespace
}  // namespace picket

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: %s REPOSITORY [THREADS]\n", argv[0]);
    return 2;
  }
  try {
    picket::Run(argv[1], argc == 3 ? static_cast<unsigned>(std::atoi(argv[2])) : 0);
    return 0;
  } catch (const picket::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
