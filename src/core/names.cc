// The words that enums have in reports. They are a contract: other tools read them.
#include "core/blob.h"
#include "core/finding.h"
#include "core/verdict.h"

namespace picket {

std::string_view ToString(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kBlob: return "blob";
    case ObjectKind::kCommit: return "commit";
    case ObjectKind::kTag: return "tag";
    case ObjectKind::kTree: return "tree";
    case ObjectKind::kRefName: return "ref name";
    case ObjectKind::kPathName: return "path name";
    case ObjectKind::kMessage: return "commit message";
    case ObjectKind::kFile: return "file";
    case ObjectKind::kLfsObject: return "LFS object";
  }
  return "object";
}

std::string_view ToString(FindingKind kind) {
  switch (kind) {
    case FindingKind::kSecret: return "secret";
    case FindingKind::kWeight: return "weight";
    case FindingKind::kPolicy: return "policy";
  }
  return "policy";
}

std::string_view ToString(Tier tier) { return tier == Tier::kPrecise ? "precise" : "contextual"; }

std::string_view ToString(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kLow: return "low";
    case Severity::kMedium: return "medium";
    case Severity::kHigh: return "high";
    case Severity::kCritical: return "critical";
  }
  return "info";
}

std::string_view ToString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass: return "pass";
    case Outcome::kBlocked: return "blocked";
    case Outcome::kIncomplete: return "incomplete";
  }
  return "incomplete";
}

std::string_view ToString(AllowedBy by) {
  switch (by) {
    case AllowedBy::kNobody: return "";
    case AllowedBy::kPolicy: return "policy";
    case AllowedBy::kBaseline: return "baseline";
    case AllowedBy::kInline: return "inline";
    case AllowedBy::kBypass: return "bypass";
  }
  return "";
}

int ExitCode(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass: return 0;
    case Outcome::kBlocked: return 1;
    case Outcome::kIncomplete: return 2;
  }
  return 2;
}

}  // namespace picket
