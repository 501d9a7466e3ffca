// Verdicts to write, shared by the tests of each output.
#pragma once

#include <sstream>
#include <string>

#include "core/verdict.h"
#include "report/reporter.h"

namespace picket {

inline std::string Write(const Verdict& verdict, std::string_view format,
                         ReportOptions options = {}) {
  std::ostringstream out;
  NewReporter(format, options)->Write(verdict, out);
  return out.str();
}

inline JudgedFinding SampleFinding() {
  JudgedFinding judged;
  Finding& finding = judged.finding;
  finding.rule = finding.family = "test.user-token";
  finding.message = "A user access token of the test service stands in the file:";
  finding.remediation =
      "Revoke the token on the service's settings page, make a new one, and read it from the "
      "environment; what was pushed once counts as known to others.";
  finding.span = {100, 37};
  finding.match = finding.span;
  finding.line = 12;
  finding.column = 9;
  finding.masked = "abcd****yz";
  finding.fingerprint = "fp1:" + std::string(40, '1');
  judged.object = std::string(40, 'b');
  judged.path = "src/config.py";
  judged.commit = "1a2b3c4d5e6f" + std::string(28, '0');
  judged.ref = "refs/heads/main";
  return judged;
}

inline Verdict SamplePass() {
  Verdict verdict;
  verdict.scanned.refs = 3;
  verdict.scanned.commits = 5;
  verdict.scanned.blobs = 12;
  verdict.scanned.bytes = 3500;
  verdict.scanned.skipped = {{"vendor/lib", "gitlink", 1, 0}};
  verdict.engine = "picket 0.1.0, rules 1f2e3d4c5b6a (42)";
  return verdict;
}

// One of each: every disposition, kind of object and way to name a place.
inline Verdict SampleBlocked() {
  Verdict verdict = SamplePass();
  verdict.outcome = Outcome::kBlocked;
  verdict.complete = false;
  verdict.findings.push_back(SampleFinding());
  verdict.findings.back().other_places = 2;

  JudgedFinding weight = SampleFinding();
  weight.finding.kind = FindingKind::kWeight;
  weight.finding.severity = Severity::kCritical;
  weight.finding.concern = WeightConcern::kDangerous;
  weight.finding.rule = "pickle.dangerous-global";
  weight.finding.message = "Loading this file calls posix.system.";
  weight.finding.remediation = "Do not load it; ask for a safetensors file.";
  weight.finding.subject = "posix.system";
  weight.finding.member = "archive/data.pkl@0x1f3";
  weight.finding.masked = "";
  weight.finding.line = weight.finding.column = 0;
  weight.path = "model.pt";
  verdict.findings.push_back(weight);

  JudgedFinding commit = SampleFinding();
  commit.object_kind = ObjectKind::kCommit;
  commit.object = commit.commit;
  commit.path = "";
  commit.finding.line = 5;
  verdict.findings.push_back(commit);

  JudgedFinding name = SampleFinding();
  name.object_kind = ObjectKind::kPathName;
  name.object = "";
  name.path = "keys/abcd****yz.txt";
  name.finding.line = name.finding.column = 0;
  verdict.findings.push_back(name);

  JudgedFinding ref = name;
  ref.object_kind = ObjectKind::kRefName;
  ref.path = ref.commit = "";
  ref.ref = "refs/heads/abcd****yz";
  verdict.findings.push_back(ref);

  JudgedFinding audit = SampleFinding();
  audit.author = "A U Thor <author@example.com>";
  audit.date = "2020-02-03T04:05:06+01:00";
  audit.reachable = false;
  audit.ref = "";
  verdict.findings.push_back(audit);

  JudgedFinding warns = SampleFinding();
  warns.disposition = Disposition::kWarns;
  warns.reason = "findings of the contextual tier warn";
  warns.finding.tier = Tier::kContextual;
  warns.finding.severity = Severity::kLow;
  warns.finding.rule = "generic.assignment";
  warns.path = "na\x1b[2Jme\xe9.txt";
  warns.commit = warns.ref = "";
  verdict.findings.push_back(warns);

  JudgedFinding old = SampleFinding();
  old.disposition = Disposition::kPreexisting;
  old.reason = "the parent already had it";
  verdict.findings.push_back(old);

  JudgedFinding allowed = SampleFinding();
  allowed.disposition = Disposition::kAllowed;
  allowed.allowed_by = AllowedBy::kPolicy;
  allowed.reason = "allowed until 2027-01-01 by us: a test";
  verdict.findings.push_back(allowed);

  verdict.gaps = {
      {std::string(40, 'c'), "data/a.zip", "inner.bin", "it is encrypted"},
      {"refs/heads/gone", "", "", "it points at a commit that is not in the store"},
  };
  verdict.notes = {
      "commit 1a2b3c4d5e6f is a shallow boundary and was judged as a root, so that "
      "what it holds counts as new"};
  verdict.scanned.skipped.push_back({"", "a promisor may supply it", 1234, 0});
  return verdict;
}

}  // namespace picket
