// Many small texts looked at together against each of them by itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/sieve.h"
#include "scan/held_blobs.h"
#include "secrets/secret_detector.h"
#include "support/sanitized.h"
#include "support/secret_formats.h"
#include "support/shipped_rules.h"

namespace picket {
namespace {

constexpr size_t kSample = kSanitized ? 97 : 7;

class Ear : public FindingSink {
 public:
  void Add(Finding) override { heard = true; }
  void Add(Gap) override { heard = true; }
  void Add(EncodedHint) override { heard = true; }
  bool heard = false;
};

struct Small {
  ObjectKind kind = ObjectKind::kBlob;
  std::string bytes;
};

class Sifting {
 public:
  Sifting() : detector_(ShippedRules(), FingerprintKey()), session_(detector_.NewSession()) {}

  std::vector<bool> Sift(const std::vector<Small>& texts) {
    HeldBlobs held;
    std::vector<bool> all;
    std::vector<bool> some;
    const auto sift = [&] {
      some.assign(held.group().blobs.size(), false);
      dynamic_cast<Sieve&>(*session_).Sift(held.group(), &some);
      all.insert(all.end(), some.begin(), some.end());
      held.Clear();
    };
    for (const Small& text : texts) {
      const BlobRef ref{text.kind, {}, all.size(), {}};
      const Blob blob{ref, AsBytes(text.bytes)};
      held.Add(blob);
      if (held.is_full()) sift();
    }
    if (!held.empty()) sift();
    return all;
  }

  bool Speaks(const Small& text) {
    const BlobRef ref{text.kind, {}, 0, {}};
    Ear ear;
    session_->Scan({ref, AsBytes(text.bytes)}, nullptr, ear);
    return ear.heard;
  }

 private:
  SecretDetector detector_;
  std::unique_ptr<Session> session_;
};

std::string Dress(std::string frame, const std::string& inside) {
  const size_t at = frame.find('@');
  return frame.replace(at, 1, inside);
}

std::vector<Small> SecretsOfAllKinds() {
  const std::string kFrames[] = {"@",       "x = \"@\"\n", "token: @",   "api_key=@\\n",
                                 "%22@%22", "\n\n@\r\n",   "secret(\"@", "@\\",
                                 "&#65;@",  "\xff@\x01"};
  std::vector<Small> texts;
  size_t number = 0;
  for (const SecretFormat& format : SecretFormats()) {
    if (++number % kSample != 1) continue;
    for (unsigned variant = 0; variant < 3; ++variant) {
      SecretMaker maker(number, variant);
      std::string secret = maker.Make(format.secret);
      if (format.shape == Shape::kNamed) secret = format.around + " = \"" + secret + "\"";
      if (format.shape == Shape::kPhrase || format.shape == Shape::kBlock) {
        const size_t hole = format.around.find("{}");
        REQUIRE(hole != std::string::npos);
        secret = maker.Make(format.around.substr(0, hole)) + secret +
                 maker.Make(format.around.substr(hole + 2));
      }
      for (const std::string& frame : kFrames) {
        std::string text = Dress(frame, secret);
        if (text.size() > HeldBlobs::kMostBytes) continue;
        texts.push_back({number % 3 == 0 ? ObjectKind::kRefName : ObjectKind::kBlob, text});
      }
    }
  }
  return texts;
}

}  // namespace

TEST_CASE("sift: whatever says something alone is marked among others, whoever stands beside it") {
  Sifting sifting;
  std::vector<Small> texts = SecretsOfAllKinds();
  REQUIRE(texts.size() > 50);
  for (const char* name : {"id_rsa", "a/.netrc", "b/server.p12", "c/.ssh/id_ed25519"})
    texts.push_back({ObjectKind::kPathName, name});
  const size_t speaking = texts.size();
  for (size_t i = 0; i < speaking; ++i)
    texts.push_back({ObjectKind::kPathName, "src/module/part" + std::to_string(i) + ".cc"});
  texts.push_back({ObjectKind::kBlob, ""});
  std::vector<bool> alone;
  for (const Small& text : texts) alone.push_back(sifting.Speaks(text));
  CHECK(static_cast<size_t>(std::count(alone.begin(), alone.end(), true)) > speaking / 2);
  std::vector<size_t> order(texts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (const uint64_t seed : {1u, 2u, 3u}) {
    std::mt19937_64 random(seed);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<Small> shuffled;
    for (const size_t i : order) shuffled.push_back(texts[i]);
    const std::vector<bool> marked = sifting.Sift(shuffled);
    REQUIRE(marked.size() == order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      if (!alone[order[i]] || marked[i]) continue;
      FAIL_CHECK(shuffled[i].bytes);
    }
  }
}

TEST_CASE("sift: what says nothing is not marked, so that it needs no scan") {
  std::vector<Small> texts;
  for (int i = 0; i < 1000; ++i) {
    texts.push_back({ObjectKind::kBlob, "tiny " + std::to_string(i)});
    texts.push_back({ObjectKind::kPathName, "folder/file" + std::to_string(i)});
  }
  const std::vector<bool> marked = Sifting().Sift(texts);
  CHECK(std::count(marked.begin(), marked.end(), true) == 0);
}

}  // namespace picket
