// A compiled set of rules: their flat table and one Hyperscan database for all of them and for the
// encoded spellings of their literals.
//
// The compiled file is one file, little-endian: "PKTRULES", u32 format version, u32 CRC-32 of all
// that follows, then Picket's version, Hyperscan's version and the platform that it was compiled
// for, the SHA-256 of the rule files, the rule table, the literal table and the serialised
// database, each with its length. It is no format for exchange: any difference means "compile
// again".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "match/rule.h"
#include "match/rule_table.h"

struct hs_database;

namespace picket {

// Const and shared by all threads.
class RuleSet {
 public:
  // Null, with one sentence for every rule that does not compile, if there is one.
  static std::shared_ptr<const RuleSet> Compile(std::vector<Rule> rules, std::string source_hash,
                                                std::vector<std::string>* complaints);
  // Null, with a clause in `why`, when `file` is not a whole compiled file of this version, engine
  // and platform, or not of these sources. An empty `source_hash` is not compared. `file` is
  // copied from.
  static std::shared_ptr<const RuleSet> Parse(Bytes file, std::string_view source_hash,
                                              std::string* why);
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  std::string Serialize() const;

  const std::vector<Rule>& rules() const { return rules_; }
  // Hyperscan reports them with ids from rules().size() on. Read from a compiled file they come
  // without their bytes.
  const std::vector<EncodedLiteral>& literals() const { return literals_; }
  // The widest match that Hyperscan reports, in bytes.
  uint32_t widest() const { return widest_; }
  // 32 bytes, SHA-256 of the rule files.
  const std::string& source_hash() const { return source_hash_; }
  // "rules 1f2e3d4c5b6a (42)" for the report.
  std::string Name() const;
  // Null when every rule is a path rule.
  const hs_database* database() const { return database_; }

 private:
  RuleSet() = default;
  void FindWidest();

  std::vector<Rule> rules_;
  std::vector<EncodedLiteral> literals_;
  std::string source_hash_;
  uint32_t widest_ = 0;
  hs_database* database_ = nullptr;
};

}  // namespace picket
