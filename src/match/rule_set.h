// A compiled set of rules: their flat table and a Hyperscan database for each group of them and of
// the encoded spellings of their literals (match/search_group.h).
//
// The compiled file is one file, little-endian: "PKTRULES", u32 format version, u32 CRC-32 of what
// follows but the insides of the databases, which have a checksum of their own, then Picket's
// version, Hyperscan's version and the platform that it was compiled for, what tells its sources,
// the rule table, the literal table, each with its length, the length of each group's database or
// 0, and the databases: each at the next multiple of 4,096 bytes as it lies in memory, so that a
// process maps it and reads only the pages that it needs. It is no format for exchange: any
// difference means "compile again".
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "match/rule.h"
#include "match/rule_table.h"
#include "match/rule_word.h"
#include "match/trusted_file.h"
#include "match/word_finder.h"

struct hs_database;

namespace picket {

// Const and shared by all threads.
class RuleSet {
 public:
  // Null, with one sentence for every rule that does not compile, if there is one.
  static std::shared_ptr<const RuleSet> Compile(std::vector<Rule> rules, std::string source_hash,
                                                std::vector<std::string>* complaints);
  // Null, with a clause in `why`, when `file` is not a whole compiled file of this version, engine
  // and platform. The set keeps the file.
  static std::shared_ptr<const RuleSet> Parse(TrustedBytes file, std::string* why);
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  // The compiled file, with the stamp of the rule files; "" if they have none.
  std::string Serialize(std::string_view source_stamp) const;

  const std::vector<Rule>& rules() const { return rules_; }
  // Hyperscan reports them with ids from rules().size() on.
  const std::vector<EncodedLiteral>& literals() const { return literals_; }
  // Of what begins escapes; none where nothing is looked for in them.
  std::optional<uint32_t> escape_id() const { return escape_id_; }
  // The widest match that Hyperscan reports, in bytes.
  uint32_t widest() const { return widest_; }
  // Of the groups that want a name.
  uint32_t widest_named() const { return widest_named_; }
  // Those of kNameWords and, behind them, of rule_words().
  const WordFinder& words() const { return *finder_; }
  const std::vector<RuleWord>& rule_words() const { return rule_words_; }
  // Those of the far ones, and of each its index in rule_words().
  const WordFinder& far_words() const { return *far_finder_; }
  const std::vector<size_t>& far_indexes() const { return far_indexes_; }
  // Of the rule files; see match/rule_files.h. The stamp is "" unless the set was read from a file.
  const std::string& source_hash() const { return source_hash_; }
  const std::string& source_stamp() const { return source_stamp_; }
  // "rules 1f2e3d4c5b6a (42)" for the report.
  std::string Name() const;
  // Null when there is nothing to search for. Where the set was read from a file, whether it is
  // whole still is told when scratch space is made for it (Matcher): for all of them that takes
  // 1.5 ms of a hook that has nothing to search.
  const hs_database* database(SearchGroup group) const {
    return databases_[static_cast<size_t>(group)];
  }
  bool has_database() const;
  // That the set was read from; "" for none.
  std::string file_path() const { return file_ ? file_->path() : ""; }

 private:
  struct FreeDatabase {
    void operator()(hs_database* database) const;
  };

  RuleSet() = default;
  void FindWidest();
  void ChooseGroups();
  void MakeFinders();
  bool TakeDatabase(SearchGroup group, Bytes image);

  std::vector<Rule> rules_;
  std::vector<EncodedLiteral> literals_;
  std::vector<Word> words_;
  std::vector<RuleWord> rule_words_;
  std::optional<WordFinder> finder_;
  std::optional<WordFinder> far_finder_;
  std::vector<size_t> far_indexes_;
  std::string source_hash_;
  std::string source_stamp_;
  uint32_t widest_ = 0;
  uint32_t widest_named_ = 0;
  std::optional<uint32_t> escape_id_;
  // By group. In `file_`, or in memory of their own.
  std::array<const hs_database*, kSearchGroups.size()> databases_{};
  std::vector<std::unique_ptr<hs_database, FreeDatabase>> owned_;
  std::optional<TrustedBytes> file_;
};

}  // namespace picket
