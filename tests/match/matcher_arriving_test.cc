// A text that comes in while it is searched, against the same text when all of it is there. What
// has not been waited for can't be read: its pages are closed.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/blob.h"
#include "match/dialect.h"
#include "match/matcher.h"
#include "secrets/template.h"
#include "support/sanitized.h"
#include "support/secret_formats.h"
#include "support/shipped_rules.h"

namespace picket {
namespace {

constexpr uint64_t kWindow = 4096;

// Bytes that become readable, and right, as they are waited for.
class ComingText : public Arrival {
 public:
  // `breaks_at`: more than so many bytes never come.
  explicit ComingText(std::string text, uint64_t breaks_at = UINT64_MAX)
      : text_(std::move(text)), breaks_at_(breaks_at) {
    const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    room_ = (text_.size() / page + 1) * page;
    void* made = mmap(nullptr, room_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(made != MAP_FAILED);
    bytes_ = static_cast<uint8_t*>(made);
  }
  ~ComingText() override { munmap(bytes_, room_); }
  ComingText(const ComingText&) = delete;
  ComingText& operator=(const ComingText&) = delete;

  Bytes bytes() const { return {bytes_, text_.size()}; }
  uint64_t waits() const { return waits_; }

  bool Await(uint64_t end) override {
    ++waits_;
    if (end > breaks_at_) return false;
    if (end <= there_) return true;
    const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    const uint64_t opened = (end + page - 1) / page * page;
    if (mprotect(bytes_, opened, PROT_READ | PROT_WRITE) != 0) return false;
    std::memset(bytes_ + there_, 'q', opened - there_);
    std::memcpy(bytes_ + there_, text_.data() + there_, end - there_);
    there_ = end;
    return true;
  }

 private:
  std::string text_;
  uint64_t breaks_at_;
  uint64_t room_ = 0;
  uint8_t* bytes_ = nullptr;
  uint64_t there_ = 0;
  uint64_t waits_ = 0;
};

// What was told, in the order of telling.
struct Told {
  uint32_t what = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
  bool operator==(const Told&) const = default;
};

class Recorder : public MatchJudge {
 public:
  bool Accept(Bytes, const RawMatch& match) override {
    told.push_back({match.rule_index, match.match.offset, match.match.end()});
    return match.match.offset % 3 != 0;
  }
  void OnEncoded(Bytes, const EncodedLiteral& literal, uint64_t offset) override {
    told.push_back({UINT32_MAX - static_cast<uint32_t>(literal.encoding), offset, literal.width});
  }
  std::vector<Told> told;
};

std::shared_ptr<const RuleSet> CompileOne(const char* pattern) {
  Rule rule;
  rule.id = "own.rule";
  rule.pattern = pattern;
  std::vector<std::string> complaints;
  const PatternFacts facts = CheckDialect(pattern, &complaints);
  rule.min_width = facts.min_width;
  rule.max_width = facts.max_width;
  std::vector<Rule> rules;
  rules.push_back(std::move(rule));
  std::shared_ptr<const RuleSet> set = RuleSet::Compile(std::move(rules), "", &complaints);
  REQUIRE(set != nullptr);
  return set;
}

std::string AnyText(SeededRandom& random, const std::vector<std::string>& planted, size_t size) {
  std::string text;
  while (text.size() < size) {
    switch (random.Below(8)) {
      case 0: text += planted[random.Below(planted.size())]; break;
      case 1: text += "password = \"correct horse battery\"\n"; break;
      case 2: text += std::string(random.Below(3000), 'x') + "\\\n"; break;
      case 3: text += "a\\u0068\\u0066%5f&#65;"; break;
      case 4:
        for (size_t i = random.Below(200); i > 0; --i)
          text.push_back(static_cast<char>(random.Below(256)));
        break;
      default:
        for (size_t i = random.Below(60); i > 0; --i)
          text.push_back("abcdefgh0123456789_-=: \n"[random.Below(24)]);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("matcher: a text that comes in meanwhile says what it says when it is there") {
  const std::shared_ptr<const RuleSet> rules = ShippedRules();
  Matcher whole(rules, kWindow);
  Matcher arriving(rules, kWindow);
  SeededRandom random(11);
  std::vector<std::string> planted;
  for (const SecretFormat& format : SecretFormats()) {
    planted.push_back(SecretMaker(random.Next(), 0).Make(format.secret) + "\n");
  }
  size_t told = 0;
  const size_t turns = kSanitized ? 10 : 80;
  for (size_t turn = 0; turn < turns; ++turn) {
    const std::string text = AnyText(random, planted, 1 + random.Below(40'000));
    Recorder at_once;
    whole.Scan(AsBytes(text), at_once);
    ComingText coming(text);
    Recorder meanwhile;
    REQUIRE(arriving.ScanArriving(coming.bytes(), coming, meanwhile));
    CHECK((meanwhile.told == at_once.told));
    CHECK(coming.waits() > text.size() / kWindow);
    told += at_once.told.size();
  }
  CHECK(told > (kSanitized ? 100 : 1000));
}

TEST_CASE("matcher: a text that breaks off is told, wherever it does") {
  const std::shared_ptr<const RuleSet> rules = CompileOne("zq_[0-9a-f]{6,9}");
  Matcher matcher(rules, kWindow);
  const std::string text = "zq_0123abcd " + std::string(3 * kWindow, ' ') + "zq_0123abcd";
  for (const uint64_t at : {uint64_t{0}, kWindow, 2 * kWindow + 5, uint64_t{text.size() - 1}}) {
    ComingText coming(text, at);
    Recorder recorder;
    CHECK_FALSE(matcher.ScanArriving(coming.bytes(), coming, recorder));
    CHECK(recorder.told.empty());
  }
  ComingText coming(text);
  Recorder recorder;
  CHECK(matcher.ScanArriving(coming.bytes(), coming, recorder));
  CHECK(recorder.told.size() == 2);
}

TEST_CASE("matcher: hits beyond those that are held back are waited for, and none is lost") {
  const std::shared_ptr<const RuleSet> rules = CompileOne("[xy]");
  Matcher matcher(rules);
  std::string text;
  for (int i = 0; i < 1'200'000; ++i) text += "x.";
  ComingText coming(text);
  Recorder recorder;
  REQUIRE(matcher.ScanArriving(coming.bytes(), coming, recorder));
  CHECK(recorder.told.size() == 1'200'000);
}

}  // namespace picket
