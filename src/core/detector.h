// The seam between content and knowledge. A Detector is compiled and shared; a Session is one
// thread's scratch.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "core/blob.h"
#include "core/finding.h"

namespace picket {

enum class Encoding : uint8_t {
  kUtf16Le,
  kUtf16Be,
  kBase64,
  kHex,
  // A character written as \u0041, \x41, %41, &#65; or \/; `offset` is where it begins.
  kEscape,
  // Text that a literal starts, and that may go on behind a line continuation or in the next
  // string literal.
  kSplit,
};

// A mark of encoded content that a session met on its way: the expander decodes around it and hands
// the result to every detector as a child blob.
struct EncodedHint {
  Encoding encoding = Encoding::kBase64;
  // An offset within the encoded text, in the blob that was scanned; for base64 on a boundary of
  // four characters, for UTF-16 and hexadecimal on a boundary of two.
  uint64_t offset = 0;

  auto operator<=>(const EncodedHint&) const = default;
};

class FindingSink {
 public:
  virtual ~FindingSink() = default;
  // Offsets are those of the blob that is being scanned; the scanner maps them to the outermost.
  virtual void Add(Finding finding) = 0;
  // `object` and `path` may be left empty; the scanner fills them in.
  virtual void Add(Gap gap) = 0;
  virtual void Add(EncodedHint hint) = 0;
  // Once it is requested nobody waits for the rest of the blob any more: return soon, with what was
  // found. The caller knows that the blob was not examined to its end.
  virtual std::stop_token stop() const { return {}; }
};

class Session {
 public:
  virtual ~Session() = default;
  // Examines one blob. `derivation` may be null, and may be ignored. Never throws for bad content:
  // what can't be examined is added as a Gap, and what was found before stays.
  virtual void Scan(const Blob& blob, const Derivation* derivation, FindingSink& sink) = 0;
  // Whether Scan() may get content that comes in meanwhile (Blob::arrival).
  virtual bool TakesArriving() const { return false; }
};

// Const and shared by all threads; outlives its sessions.
class Detector {
 public:
  virtual ~Detector() = default;
  virtual std::unique_ptr<Session> NewSession() const = 0;
};

}  // namespace picket
