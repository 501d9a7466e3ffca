// What is judged: content with a name. BlobRef says what it is called, Blob adds the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"

namespace picket {

// What the bytes are. All but kBlob and kFile are small and pass through the same detectors.
enum class ObjectKind : uint8_t {
  kBlob,       // a Git blob
  kCommit,     // a whole commit object: every header and the message
  kTag,        // a whole annotated tag object
  kTree,       // names only: a tree that a tag points at, or that the audit lists
  kRefName,    // the name of a ref that is created or updated
  kPathName,   // a path that no parent has
  kMessage,    // a commit message that is about to be kept
  kFile,       // a file outside Git
  kLfsObject,  // what Git LFS keeps for a pointer; BlobRef::oid is the pointer's
};

// One word for reports: "blob", "commit", "tag", ...
std::string_view ToString(ObjectKind kind);

// The content of a file, in Git or not.
constexpr bool IsContent(ObjectKind kind) {
  return kind == ObjectKind::kBlob || kind == ObjectKind::kFile || kind == ObjectKind::kLfsObject;
}

struct BlobRef {
  ObjectKind kind = ObjectKind::kBlob;
  // Empty for ref names, path names, messages and files outside Git.
  ObjectId oid;
  // Index of the object in the list that it was read from: the first key of every sorted result.
  uint64_t position = 0;
  // Paths that the content is known under, for suspicion by name only; may be empty (an audit
  // learns paths afterwards). The views live as long as the list that the object came from.
  std::vector<std::string_view> names;
};

// From `inner` on, up to the next step, a child stands for what begins at `outer`.
struct OffsetStep {
  uint64_t inner = 0;
  uint64_t outer = 0;
};

// A part of a text as a person sees it, such as a cell of a notebook: up to where the next begins.
struct TextSection {
  uint64_t begin = 0;
  std::string name;
};

// Content that stands inside other content: where its bytes lie in the outer blob.
struct Origin {
  // "" for a Git object itself; else the chain of member names, "model.pt:archive/data.pkl@0x1f3"
  // without the outermost name.
  std::string member;
  // How an offset in these bytes reads in the outermost blob:
  // outer = offset + (inner * outer_bytes) / inner_bytes. inner_bytes == 0: it can't be told
  // (compressed content), and offsets count in the member.
  uint64_t offset = 0;
  uint32_t outer_bytes = 1;
  uint32_t inner_bytes = 1;
  // Where pieces of text were unescaped or joined: the ratio counts from the last step at or before
  // an offset, not from `offset`. Sorted, the first for inner offset 0. Valid as long as the blob.
  std::span<const OffsetStep> steps = {};
  int depth = 0;
  // The very same bytes stood in the outer view too (a stored zip member), or stand in children (a
  // notebook's texts, its pictures and what stands beside them), so detectors that read byte by
  // byte pass.
  bool bytes_seen = false;
  // A loader reads this as a model part (a torch record, a pickle behind an .npy header): the name
  // of the route, "" for none. A routed blob that claims nothing else is read as a pickle.
  std::string_view route;
  // The last bytes of `member` that name compressions only ("gzip"): the content goes by the name
  // that stands before them, or by that of the outermost blob.
  uint64_t wrapping = 0;
  // Where the text is several: a finding gets the name of its section, and its line in it. Sorted,
  // the first at 0. Valid as long as the blob.
  std::span<const TextSection> sections = {};
};

// Bytes that come in while they are looked at. Every method may be called from any thread.
class Arrival {
 public:
  virtual ~Arrival() = default;
  // Waits until the first `end` bytes are there, all of them at most. False where they never will
  // be: then nothing counts that was said of the content, and whoever handed it out says why.
  virtual bool Await(uint64_t end) = 0;
};

// Valid during the call that hands it out; a detector keeps nothing of it.
struct Blob {
  const BlobRef& ref;
  Bytes bytes;
  Origin origin = {};
  // Ranges that detectors which read byte by byte leave out: the tensors of a file outside Git that
  // is too large for that. Sorted and disjoint; empty for all else. Valid as long as the blob.
  std::span<const Span> left_out = {};
  // Null: all bytes are there. Otherwise none may be read before it was waited for; only who says
  // that it takes such content gets it (BlobVisitor, Session).
  Arrival* arrival = nullptr;

  // It is a tensor and nothing else. Only where it begins do readers look at it then: each page
  // further on would be fetched for itself, and a checkpoint has thousands of tensors.
  bool is_left_out() const {
    return left_out.size() == 1 && left_out[0] == Span{0, bytes.size()} && !bytes.empty();
  }
};

struct CopiedRange {
  uint64_t base_offset = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
};

// How a blob came to be: a Git delta makes it from another by copying ranges and inserting bytes.
// For detectors that carry over what they found. Those of one tree come one after the other to the
// same session, depth first: a blob, and then whatever is made of it. Valid during the call.
struct Derivation {
  // Distance to the root of the tree.
  size_t depth = 0;
  // The blob that came last at depth - 1. Empty: of a root, and where that one did not come.
  ObjectId base;
  // From the base; sorted by offset, never overlapping in the result.
  std::span<const CopiedRange> copies;
  // Others are made from this one.
  bool is_base = false;
};

}  // namespace picket
