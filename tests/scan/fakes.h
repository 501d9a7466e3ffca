// In-memory stand-ins for the scanner's neighbours.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ancestry.h"
#include "core/blob_source.h"
#include "core/detector.h"
#include "core/fingerprint.h"
#include "core/mask.h"
#include "scan/blob_scanner.h"

namespace picket {

// A made-up content address: equal content has an equal id.
inline ObjectId IdOf(std::string_view content) {
  return ObjectId::FromRaw(AsBytes(Sha256(AsBytes(content))).first(20));
}

inline std::string PrintOf(std::string_view secret) {
  return FingerprintKey().Fingerprint("test.secret", AsBytes(secret));
}

// Words: "SECRET<digits>" is a precise secret (the match takes in what stands between "<<" and ">>"
// around it), "GUESS<digits>" a contextual one, "WEIGHT:<concern letter>" a weight finding,
// "BROKEN" a gap, "THROW" an exception, "@" a hint.
class FakeDetector final : public Detector {
 public:
  std::unique_ptr<Session> NewSession() const override { return std::make_unique<Sweep>(); }

 private:
  class Sweep final : public Session {
   public:
    void Scan_(const Blob& blob, FindingSink& sink) {
      std::string_view text = AsText(blob.bytes);
      if (text.find("THROW") != text.npos) throw std::runtime_error(std::string(text));
      if (!blob.origin.bytes_seen) Words(text, sink);
      for (size_t at = 0; (at = text.find("WEIGHT:", at)) != text.npos; ++at) {
        Finding finding;
        finding.kind = FindingKind::kWeight;
        char letter = text[at + 7];
        finding.concern = letter == 'd'   ? WeightConcern::kDangerous
                          : letter == 'u' ? WeightConcern::kUnknown
                          : letter == 'a' ? WeightConcern::kAmbiguous
                          : letter == 'p' ? WeightConcern::kPickle
                                          : WeightConcern::kTold;
        finding.rule = "pickle.test";
        finding.subject = "pkg.Thing";
        finding.span = {at, 8};
        finding.fingerprint = PrintOf(text);
        sink.Add(std::move(finding));
      }
      if (text.find("BROKEN") != text.npos) {
        Gap gap;
        gap.reason = "it is broken";
        sink.Add(std::move(gap));
      }
      for (size_t at = 0; (at = text.find('@', at)) != text.npos; ++at)
        sink.Add(EncodedHint{Encoding::kBase64, at});
    }

    void Scan(const Blob& blob, const Derivation*, FindingSink& sink) override {
      Scan_(blob, sink);
    }

   private:
    static void Words(std::string_view text, FindingSink& sink) {
      for (std::string_view word : {std::string_view("SECRET"), std::string_view("GUESS")}) {
        for (size_t at = 0; (at = text.find(word, at)) != text.npos; at += word.size()) {
          size_t end = text.find_first_not_of("0123456789", at + word.size());
          end = std::min(end, text.size());
          Finding finding;
          bool precise = word == "SECRET";
          finding.tier = precise ? Tier::kPrecise : Tier::kContextual;
          finding.rule = precise ? "test.secret" : "test.guess";
          finding.family = finding.rule;
          finding.span = {at, end - at};
          finding.match = finding.span;
          size_t open = text.rfind("<<", at);
          size_t close = text.find(">>", end);
          if (open != text.npos && close != text.npos) finding.match = {open, close + 2 - open};
          finding.masked = "****";
          finding.message = "A test secret.";
          finding.fingerprint = PrintOf(text.substr(at, end - at));
          sink.Add(std::move(finding));
        }
      }
    }
  };
};

// "[inner]" is a member named "m<n>" that maps byte for byte; "{inner}" one that can't be mapped,
// "(inner)" one that can't be seen from outside either: its bytes stand in reverse.
class FakeOpener final : public Opener {
 public:
  void Reset() override { ++resets; }
  bool OpenInstead(const Blob&, FindingSink&, ChildVisitor&) override { return false; }
  void Open(const Blob& blob, std::span<const EncodedHint> hints, FindingSink&,
            ChildVisitor& visitor, bool) override {
    hints_seen += hints.size();
    std::string_view text = AsText(blob.bytes);
    int number = 0;
    for (size_t at = 0; at < text.size(); ++at) {
      size_t kind = std::string_view("[{(").find(text[at]);
      if (kind == text.npos) continue;
      size_t end = text.rfind("]})"[kind]);
      if (end == text.npos || end <= at) continue;
      Origin origin = blob.origin;
      std::string name = "m" + std::to_string(number++);
      origin.member += (origin.member.empty() ? "" : ":") + name;
      origin.offset += at + 1;
      if (kind != 0) origin.inner_bytes = 0;
      origin.depth += 1;
      std::string inner(text.substr(at + 1, end - at - 1));
      if (kind == 2) std::reverse(inner.begin(), inner.end());
      visitor.OnChild(Blob{blob.ref, AsBytes(inner), origin});
      at = end;
    }
  }

  int resets = 0;
  size_t hints_seen = 0;
};

inline OpenerFactory NewFakeOpener() {
  return [] { return std::make_unique<FakeOpener>(); };
}

// Blobs in memory; a text of "GAP" can't be read, and one of "SKIP" is left out.
class FakeSource final : public BlobSource {
 public:
  explicit FakeSource(std::vector<std::string> texts, ObjectKind kind = ObjectKind::kBlob)
      : texts_(std::move(texts)), kinds_(texts_.size(), kind) {}
  FakeSource(std::vector<std::string> texts, std::vector<ObjectKind> kinds)
      : texts_(std::move(texts)), kinds_(std::move(kinds)) {}

  size_t item_count() const override { return texts_.size(); }
  uint64_t stored_bytes() const override { return stored; }
  std::unique_ptr<BlobReader> NewReader() const override { return std::make_unique<Reader>(*this); }

  uint64_t stored = 0;  // bytes, as it claims

 private:
  class Reader final : public BlobReader {
   public:
    explicit Reader(const FakeSource& source) : source_(source) {}
    void Visit(size_t item, BlobVisitor& visitor) override {
      const std::string& text = source_.texts_[item];
      if (text == "GAP") {
        Gap gap;
        gap.object = IdOf(text).ToHex();
        gap.reason = "it is missing";
        return visitor.OnGap(std::move(gap));
      }
      if (text == "SKIP") {
        return visitor.OnSkipped({"thing " + std::to_string(item), "promised", 1, 0});
      }
      BlobRef ref{source_.kinds_[item], IdOf(text), item, {}};
      visitor.OnBlob(Blob{ref, AsBytes(text)}, nullptr);
    }

   private:
    const FakeSource& source_;
  };

  std::vector<std::string> texts_;
  std::vector<ObjectKind> kinds_;
};

// Parents of places, set by hand; contents by their made-up id.
class FakeAncestry final : public Ancestry {
 public:
  std::vector<PriorParent> Before(const ChangeList&, Place place, const ObjectId&) override {
    ++asked;
    return parents[{place.commit, place.path}];
  }
  std::optional<std::string> Read(const ObjectId& oid) override {
    auto known = contents.find(oid);
    if (known == contents.end()) return std::nullopt;
    ++reads[oid];
    return known->second;
  }

  ObjectId Keep(std::string content) {
    ObjectId oid = IdOf(content);
    contents[oid] = std::move(content);
    return oid;
  }

  std::map<std::pair<uint32_t, uint32_t>, std::vector<PriorParent>> parents;
  std::map<ObjectId, std::string> contents;
  std::map<ObjectId, int> reads;
  int asked = 0;
};

// Hides every "SECRET<digits>".
class FakeMask final : public Mask {
 public:
  std::string Apply(std::string_view text) override {
    std::string out(text);
    for (size_t at = 0; (at = out.find("SECRET", at)) != out.npos; ++at) {
      size_t end = out.find_first_not_of("0123456789", at + 6);
      out.replace(at, std::min(end, out.size()) - at, "****");
    }
    return out;
  }
};

}  // namespace picket
