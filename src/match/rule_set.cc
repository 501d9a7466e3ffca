#include "match/rule_set.h"

#include <hs.h>
#include <libdeflate.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/byte_reader.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "match/line_head.h"
#include "match/name_word.h"
#include "match/re2_options.h"
#include "match/table_writer.h"
#include "match/text_signs.h"

namespace picket {
namespace {

constexpr std::string_view kMagic = "PKTRULES";
constexpr uint32_t kFormat = 12;
constexpr size_t kPage = 4096;

// A database's own head and what stands behind its bytecode are less than this.
constexpr uint64_t kImageEdge = 256;

// Of `bytes` without the inside of each of `images`: hs_alloc_scratch holds that against a checksum
// of its own before a database is used, and the megabytes are read once for all.
uint32_t ChecksumBeside(std::span<const Bytes> images, Bytes bytes) {
  uint32_t checksum = 0;
  for (const Bytes& image : images) {
    if (image.size() <= 2 * kImageEdge) continue;
    const auto inside = static_cast<uint64_t>(image.data() - bytes.data()) + kImageEdge;
    checksum = libdeflate_crc32(checksum, bytes.data(), inside);
    bytes = bytes.subspan(inside + image.size() - 2 * kImageEdge);
  }
  return libdeflate_crc32(checksum, bytes.data(), bytes.size());
}

hs_platform_info_t Platform() {
  hs_platform_info_t platform{};
  if (hs_populate_platform(&platform) != HS_SUCCESS) {
    throw Error("Hyperscan does not run on this processor; it needs SSSE3.");
  }
  return platform;
}

std::string Escaped(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (char c : bytes) {
    uint8_t byte = static_cast<uint8_t>(c);
    text += "\\x";
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

bool HasAny(SearchGroup group, const std::vector<Rule>& rules,
            const std::vector<EncodedLiteral>& literals) {
  // Found without a database.
  if (group == SearchGroup::kEscape) return false;
  return std::any_of(
             rules.begin(), rules.end(),
             [group](const Rule& rule) { return !rule.is_path_rule() && rule.group == group; }) ||
         std::any_of(literals.begin(), literals.end(),
                     [group](const EncodedLiteral& literal) { return literal.group() == group; });
}

// They stand side by side, by EscapeKindOf.
bool HasNoEscapeOrAll(const std::vector<EncodedLiteral>& literals) {
  const auto is_escape = [](const EncodedLiteral& literal) {
    return literal.encoding == Encoding::kEscape;
  };
  const auto first = std::find_if(literals.begin(), literals.end(), is_escape);
  const auto last = std::find_if_not(first, literals.end(), is_escape);
  return (first == last || last - first == kEscapeKinds) &&
         std::none_of(last, literals.end(), is_escape);
}

struct Expressions {
  std::vector<std::string> texts;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
};

Expressions ListExpressions(SearchGroup group, const std::vector<Rule>& rules,
                            const std::vector<SpelledLiteral>& literals) {
  Expressions list;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].is_path_rule() || rules[i].group != group) continue;
    list.texts.push_back(rules[i].pattern);
    list.flags.push_back(rules[i].ignore_case ? HS_FLAG_CASELESS : 0u);
    list.ids.push_back(static_cast<unsigned>(i));
  }
  for (size_t i = 0; i < literals.size(); ++i) {
    if (literals[i].literal.group() != group || group == SearchGroup::kEscape) continue;
    list.texts.push_back(Escaped(literals[i].bytes));
    list.flags.push_back(0u);
    list.ids.push_back(static_cast<unsigned>(rules.size() + i));
  }
  return list;
}

// Asks both engines about each rule by itself, so that every complaint is heard at once.
void CheckEngines(const std::vector<Rule>& rules, std::vector<std::string>* complaints) {
  for (const Rule& rule : rules) {
    if (rule.is_path_rule()) continue;
    RE2 regex(rule.pattern, MakeRe2Options(rule.ignore_case));
    if (!regex.ok()) complaints->push_back(rule.id + ": RE2 refuses the pattern: " + regex.error());
    hs_expr_info_t* info = nullptr;
    hs_compile_error_t* error = nullptr;
    unsigned flags = rule.ignore_case ? HS_FLAG_CASELESS : 0u;
    if (hs_expression_info(rule.pattern.c_str(), flags, &info, &error) != HS_SUCCESS) {
      complaints->push_back(rule.id + ": Hyperscan refuses the pattern: " +
                            (error == nullptr ? "no reason given" : error->message));
      hs_free_compile_error(error);
      continue;
    }
    if (info->min_width != rule.min_width || info->max_width != rule.max_width) {
      complaints->push_back(rule.id + ": Hyperscan reads another width than the dialect does.");
    }
    std::free(info);
  }
}

// Null, with a complaint, when Hyperscan can't compile them together, and where there is nothing.
hs_database_t* CompileGroup(SearchGroup group, const std::vector<Rule>& rules,
                            const std::vector<SpelledLiteral>& literals,
                            std::vector<std::string>* complaints) {
  const Expressions list = ListExpressions(group, rules, literals);
  if (list.texts.empty()) return nullptr;
  std::vector<const char*> texts;
  for (const std::string& text : list.texts) texts.push_back(text.c_str());
  hs_platform_info_t platform = Platform();
  hs_compile_error_t* error = nullptr;
  hs_database_t* database = nullptr;
  if (hs_compile_multi(texts.data(), list.flags.data(), list.ids.data(),
                       static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, &platform, &database,
                       &error) == HS_SUCCESS) {
    return database;
  }
  complaints->push_back(std::string("Hyperscan can't compile the rules together: ") +
                        (error == nullptr ? "no reason given" : error->message));
  hs_free_compile_error(error);
  return nullptr;
}

struct FreeSpace {
  void operator()(void* space) const { std::free(space); }
};
using Space = std::unique_ptr<char, FreeSpace>;

// The database as it lies in memory at the start of a page.
Space Unpack(const char* serialized, size_t length, size_t size) {
  const size_t pages = (size + kPage - 1) / kPage * kPage;
  Space space(static_cast<char*>(std::aligned_alloc(kPage, pages)));
  if (space == nullptr) throw std::bad_alloc();
  std::memset(space.get(), 0, pages);
  if (hs_deserialize_database_at(serialized, length,
                                 reinterpret_cast<hs_database_t*>(space.get())) != HS_SUCCESS) {
    throw Error("Hyperscan refuses the database that it wrote; there may be too little memory.");
  }
  return space;
}

// Hyperscan's documents allow to lay a database anywhere, not to move it. It holds offsets only;
// two copies at different places that don't differ in a byte show that for this very one.
std::string MakeImage(const hs_database_t* database) {
  char* bytes = nullptr;
  size_t length = 0;
  size_t size = 0;
  if (hs_serialize_database(database, &bytes, &length) != HS_SUCCESS ||
      hs_serialized_database_size(bytes, length, &size) != HS_SUCCESS) {
    throw Error("Hyperscan could not write its database; there may be too little memory.");
  }
  const Space serialized(bytes);
  const Space first = Unpack(bytes, length, size);
  const Space second = Unpack(bytes, length, size);
  if (std::memcmp(first.get(), second.get(), size) != 0) {
    throw Error("This version of Hyperscan, " + std::string(hs_version()) +
                ", writes databases that can't be mapped; install another version, or Vectorscan.");
  }
  return {first.get(), size};
}

}  // namespace

void RuleSet::FreeDatabase::operator()(hs_database* database) const { hs_free_database(database); }

RuleSet::~RuleSet() = default;

bool RuleSet::has_database() const {
  return std::any_of(databases_.begin(), databases_.end(),
                     [](const hs_database* database) { return database != nullptr; });
}

void RuleSet::FindWidest() {
  widest_ = 0;
  widest_named_ = 0;
  escape_id_.reset();
  for (const Rule& rule : rules_) {
    widest_ = std::max(widest_, rule.max_width);
    if (ReachOf(rule.group).named) widest_named_ = std::max(widest_named_, rule.max_width);
  }
  for (size_t i = 0; i < literals_.size(); ++i) {
    widest_ = std::max(widest_, uint32_t{literals_[i].width});
    if (literals_[i].encoding != Encoding::kEscape || escape_id_) continue;
    escape_id_ = static_cast<uint32_t>(rules_.size() + i);
  }
}

// Rules whose words are too many for the finder are searched everywhere.
void RuleSet::ChooseGroups() {
  for (Rule& rule : rules_) {
    rule.group = ChooseSearchGroup(rule);
    if (!rule.is_path_rule()) rule.line_head = static_cast<uint32_t>(WidestLineHead(rule.pattern));
    const bool far = rule.group == SearchGroup::kFarWord;
    if (!far && rule.group != SearchGroup::kWord) continue;
    std::vector<RuleWord> all = rule_words_;
    std::vector<RuleWord> own = ChooseWords(rule.pattern).value();
    for (RuleWord& word : own) word.far = far;
    MergeWords(own, &all);
    if (all.size() + kNameWords.size() > kMostWords) {
      rule.group = SearchGroup::kEverywhere;
    } else {
      rule_words_ = std::move(all);
    }
  }
  for (std::string_view name : kNameWords) words_.push_back({std::string(name)});
  for (const RuleWord& word : rule_words_) words_.push_back({word.text});
  SpreadWords(&words_);
  MakeFinders();
}

void RuleSet::MakeFinders() {
  finder_.emplace(words_);
  std::vector<Word> far;
  for (size_t i = 0; i < rule_words_.size(); ++i) {
    if (!rule_words_[i].far) continue;
    far.push_back(words_[kNameWords.size() + i]);
    far_indexes_.push_back(i);
  }
  far_finder_.emplace(far);
}

std::shared_ptr<const RuleSet> RuleSet::Compile(std::vector<Rule> rules, std::string source_hash,
                                                std::vector<std::string>* complaints) {
  size_t before = complaints->size();
  CheckEngines(rules, complaints);
  if (rules.empty()) complaints->push_back("There is no rule, so nothing could be found.");
  if (complaints->size() != before) return nullptr;
  std::shared_ptr<RuleSet> set(new RuleSet());
  set->rules_ = std::move(rules);
  set->ChooseGroups();
  set->source_hash_ = std::move(source_hash);
  const std::vector<SpelledLiteral> spelled = DeriveEncodedLiterals(set->rules_);
  for (const SpelledLiteral& one : spelled) set->literals_.push_back(one.literal);
  set->FindWidest();
  for (SearchGroup group : kSearchGroups) {
    hs_database_t* database = CompileGroup(group, set->rules_, spelled, complaints);
    if (complaints->size() != before) return nullptr;
    set->databases_[static_cast<size_t>(group)] = database;
    if (database != nullptr) set->owned_.emplace_back(database);
  }
  return set;
}

std::string RuleSet::Serialize(std::string_view source_stamp) const {
  TableWriter body;
  hs_platform_info_t platform = Platform();
  body.Text(PICKET_VERSION);
  body.Text(hs_version());
  body.U32(platform.tune);
  body.U64(platform.cpu_features);
  body.Text(source_hash_);
  body.Text(source_stamp);
  body.Text(WriteRuleTable(rules_));
  body.Text(WriteLiteralTable(literals_));
  body.Text(WriteWordTable(words_, rule_words_));
  std::vector<std::string> images;
  for (const hs_database_t* database : databases_) {
    images.push_back(database == nullptr ? "" : MakeImage(database));
    body.U64(images.back().size());
  }
  std::string payload = body.Take();
  const size_t head = kMagic.size() + 2 * sizeof(uint32_t);
  std::vector<Span> places;
  for (const std::string& image : images) {
    if (image.empty()) continue;
    payload.resize((head + payload.size() + kPage - 1) / kPage * kPage - head);
    places.push_back({payload.size(), image.size()});
    payload += image;
  }
  std::vector<Bytes> inside;
  for (const Span& place : places) {
    inside.push_back(AsBytes(payload).subspan(place.offset, place.length));
  }
  TableWriter file;
  file.Raw(kMagic);
  file.U32(kFormat);
  file.U32(ChecksumBeside(inside, AsBytes(payload)));
  file.Raw(payload);
  return file.Take();
}

// The image was whole when it was written, nobody else may write the file, and whoever searches
// with it finds out whether it is whole still.
bool RuleSet::TakeDatabase(SearchGroup group, Bytes image) {
  const auto* database = reinterpret_cast<const hs_database_t*>(image.data());
  size_t size = 0;
  if (hs_database_size(database, &size) != HS_SUCCESS) return false;
  databases_[static_cast<size_t>(group)] = database;
  return size == image.size();
}

std::shared_ptr<const RuleSet> RuleSet::Parse(TrustedBytes file, std::string* why) {
  const Bytes bytes = file.bytes();
  ByteReader in(bytes);
  auto text = [&in] { return AsText(in.Take(in.U32Le())); };
  auto refuse = [why](const char* reason) {
    *why = reason;
    return nullptr;
  };
  if (AsText(in.Take(kMagic.size())) != kMagic) return refuse("it is no compiled rule file");
  if (in.U32Le() != kFormat) return refuse("its format is of another version");
  uint32_t crc = in.U32Le();
  const Bytes payload = bytes.subspan(in.offset());
  hs_platform_info_t platform = Platform();
  if (text() != PICKET_VERSION) return refuse("it was compiled by another version of Picket");
  if (text() != hs_version()) return refuse("it was compiled by another version of Hyperscan");
  bool same = in.U32Le() == platform.tune;
  same = in.U64Le() == platform.cpu_features && same;
  if (!same) return refuse("it was compiled for another processor");
  std::shared_ptr<RuleSet> set(new RuleSet());
  set->source_hash_ = text();
  set->source_stamp_ = text();
  Bytes table = in.Take(in.U32Le());
  Bytes literals = in.Take(in.U32Le());
  Bytes words = in.Take(in.U32Le());
  std::array<uint64_t, kSearchGroups.size()> sizes{};
  for (uint64_t& size : sizes) size = in.U64Le();
  std::array<Bytes, kSearchGroups.size()> images;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) continue;
    in.Take((kPage - in.offset() % kPage) % kPage);
    images[i] = in.Take(sizes[i]);
  }
  const bool whole = in.ok() && in.at_end() && ChecksumBeside(images, payload) == crc;
  if (!whole || !ReadRuleTable(table, &set->rules_) ||
      !ReadLiteralTable(literals, &set->literals_) ||
      !ReadWordTable(words, &set->words_, &set->rule_words_)) {
    return refuse("it is damaged");
  }
  if (!HasNoEscapeOrAll(set->literals_)) return refuse("it is damaged");
  set->MakeFinders();
  if (set->rules_.empty()) return refuse("it holds no rule");
  set->FindWidest();
  for (SearchGroup group : kSearchGroups) {
    const Bytes image = images[static_cast<size_t>(group)];
    if (image.empty() == HasAny(group, set->rules_, set->literals_)) {
      return refuse("it is damaged");
    }
    if (!image.empty() && !set->TakeDatabase(group, image))
      return refuse("Hyperscan refuses its database");
  }
  set->file_.emplace(std::move(file));
  return set;
}

std::string RuleSet::Name() const {
  return "rules " + ToHex(AsBytes(source_hash_.substr(0, 6))) + " (" +
         std::to_string(rules_.size()) + ")";
}

}  // namespace picket
