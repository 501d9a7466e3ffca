// picket rules list | show | check | bench | import | compile.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/files.h"
#include "cli/installation.h"
#include "cli/policy_files.h"
#include "cli/presentable.h"
#include "cli/rule_cache.h"
#include "cli/rules_import.h"
#include "core/bytes.h"
#include "core/error.h"
#include "match/rule_files.h"
#include "match/trusted_file.h"
#include "secrets/own_rules.h"
#include "secrets/rule_check.h"
#include "secrets/secret_detector.h"
#include "secrets/source_text.h"
#include "weights/imports.h"

namespace picket {
namespace {

// Masked by the rules that ship: those complained about are not to be trusted with it.
void PrintComplaints(const CommonOptions& common, const std::vector<std::string>& complaints) {
  CommonOptions shipped = common;
  shipped.rules.clear();
  shipped.rule_files.clear();
  for (const std::string& complaint : complaints)
    std::cerr << "picket: " << Presentable(shipped, complaint) << '\n';
}

// The rules that the sub-commands are about.
struct RuleInput {
  std::string folder;
  std::vector<RuleFile> installed;  // the files of `folder`
  std::vector<RuleFile> own;        // of --rules FILE and of the policy
  // Whoever names a file and no folder asks about that file: the installed rules prove nothing new.
  bool own_only = false;

  std::vector<RuleFile> Asked() const {
    std::vector<RuleFile> files = own;
    if (!own_only) files.insert(files.end(), installed.begin(), installed.end());
    return files;
  }
};

RuleInput ReadRules(const CommonOptions& common) {
  RuleInput input;
  input.folder = FindRules(common).secrets();
  input.installed = ReadRuleFiles(input.folder);
  input.own = ReadBasePolicy(common).rule_files;
  for (RuleFile& file : ReadNamedRules(common)) input.own.push_back(std::move(file));
  input.own = WithoutRepeats(input.own);
  input.own_only = !common.rule_files.empty() && common.rules.empty();
  return input;
}

// What is wrong with ids is told by reading all files at once.
std::vector<RuleSource> ListAll(const RuleInput& input, std::vector<std::string>* complaints) {
  std::vector<RuleFile> files = input.installed;
  files.insert(files.end(), input.own.begin(), input.own.end());
  return ListRules(files, complaints);
}

int RunList(const CommonOptions& common) {
  std::vector<std::string> complaints;
  const RuleInput input = ReadRules(common);
  const std::vector<RuleSource> rules = ListAll(input, &complaints);
  for (const RuleSource& source : rules) {
    std::printf("%-34s %-10s %-8s %s\n", source.rule.id.c_str(),
                std::string(ToString(source.rule.tier)).c_str(),
                std::string(ToString(source.rule.severity)).c_str(),
                source.rule.description.c_str());
  }
  std::printf("%zu rules in %s", rules.size(), Presentable(common, input.folder).c_str());
  for (const RuleFile& file : input.own) {
    std::printf(" and %s", Presentable(common, file.name).c_str());
  }
  std::printf("\n");
  PrintComplaints(common, complaints);
  return complaints.empty() ? 0 : 2;
}

void Show(const CommonOptions& common, const RuleSource& source) {
  const Rule& rule = source.rule;
  std::cout << rule.id << '\n'
            << "  " << rule.description << '\n'
            << "  family       " << rule.family << '\n'
            << "  tier         " << ToString(rule.tier) << '\n'
            << "  severity     " << ToString(rule.severity) << '\n';
  if (rule.is_path_rule()) {
    for (const std::string& suffix : rule.path_suffixes) {
      std::cout << "  path         " << suffix << '\n';
    }
  } else {
    std::cout << "  pattern      " << rule.pattern << '\n'
              << "  width        " << rule.min_width << " to " << rule.max_width << " bytes\n"
              << "  searched     " << ToString(ChooseSearchGroup(rule)) << '\n';
  }
  for (const ValidatorCall& call : rule.validators) {
    std::cout << "  validator    " << call.name << '\n';
  }
  std::cout << "  when it leaks  " << rule.remediation << '\n';
  for (const std::string& reference : source.references) {
    std::cout << "  reference    " << reference << '\n';
  }
  std::cout << "  file         " << Presentable(common, source.file) << '\n';
}

int RunShow(const CommonOptions& common, const std::string& id) {
  std::vector<std::string> complaints;
  const std::vector<RuleSource> rules = ListAll(ReadRules(common), &complaints);
  PrintComplaints(common, complaints);
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&id](const RuleSource& source) { return source.rule.id == id; });
  if (found == rules.end()) {
    throw Error("There is no rule " + id + "; `picket rules list` names them all.");
  }
  Show(common, *found);
  return 0;
}

int RunCheck(const CommonOptions& common) {
  const RuleInput input = ReadRules(common);
  RuleReport report = CheckRuleFiles(input.Asked());
  if (input.own_only) {
    std::vector<std::string> complaints;
    ListAll(input, &complaints);
    for (std::string& complaint : complaints) {
      const bool told = std::find(report.complaints.begin(), report.complaints.end(), complaint) !=
                        report.complaints.end();
      if (!told) report.complaints.push_back(std::move(complaint));
    }
  }
  PrintComplaints(common, report.complaints);
  const bool good = report.complaints.empty() && report.rules > 0;
  if (!common.quiet || !good) {
    std::printf("%zu rules in %zu files, %zu examples, %zu near misses, %zu complaints\n",
                report.rules, report.files, report.examples, report.near_misses,
                report.complaints.size());
  }
  return good ? 0 : 1;
}

// Every rule by itself, over `path` or over text made for it: how dear each is next to the others.
int RunBench(const CommonOptions& common, const std::string& path) {
  constexpr size_t kGenerated = 4 << 20;
  constexpr uint64_t kSeed = 1;
  constexpr int kPasses = 3;
  const std::string text =
      path.empty() ? GenerateSourceText(kSeed, kGenerated) : ReadWholeFile(path);
  if (text.empty()) {
    throw Error("The file " + path + " is empty, so nothing can be measured; name a larger one.");
  }
  std::vector<std::string> complaints;
  const std::vector<RuleTiming> timings =
      TimeRules(ReadRules(common).Asked(), AsBytes(text), kPasses, &complaints);
  PrintComplaints(common, complaints);
  const double mebibytes = static_cast<double>(text.size()) / (1 << 20);
  std::printf("%-40s %9s %9s %9s %9s %6s  %s\n", "rule", "ns/KiB", "MB/s", "hits/MiB", "database",
              "width", "searched");
  for (const auto& [rule, cost] : timings) {
    const double nanoseconds = std::max(cost.nanoseconds_per_kib, 0.001);
    std::printf("%-40s %9.1f %9.0f %9.1f %9llu %6u  %s\n", rule.id.c_str(), nanoseconds,
                1'024'000 / nanoseconds, static_cast<double>(cost.hits) / mebibytes,
                static_cast<unsigned long long>(cost.database_bytes), rule.max_width,
                std::string(ToString(cost.group)).c_str());
  }
  std::printf("%zu rules over %.1f MiB of %s\n", timings.size(), mebibytes,
              path.empty() ? "generated source text" : path.c_str());
  return complaints.empty() ? 0 : 1;
}

int RunCompile(const CommonOptions& common, std::string folder) {
  const RuleFolders folders = FindRules(common);
  if (folder.empty()) folder = folders.compiled;
  if (folder.empty()) {
    throw Error("A build tree has no place for compiled rules; name a folder with --output DIR.");
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error("The folder " + folder + " can't be made: " + error.message() + ".");
  }
  const RuleFolders target{folders.patterns, folder};
  CompileSecretRules(folders.secrets(), target.compiled_secrets());
  const RuleInput input = ReadRules(common);
  if (!input.own.empty()) {
    std::vector<std::string> notes;
    WriteOwnRules(input.own, *LoadSecretRules(folders.secrets(), target.compiled_secrets(), &notes),
                  folder);
  }
  WriteTrustedFile(target.compiled_imports(), CompileImports(ReadWholeFile(folders.imports())));
  std::printf("picket: rules compiled into %s\n", Presentable(common, folder).c_str());
  return 0;
}

}  // namespace

void AddRules(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand("rules", "Show, check and compile the rules");
  verb->require_subcommand(1);
  verb->fallthrough();

  verb->add_subcommand("list", "One line a rule")->callback([&invocation] {
    invocation.run = [&invocation] { return RunList(invocation.common); };
  });
  verb->add_subcommand("check", "Hold every rule against its own examples")
      ->callback([&invocation] {
        invocation.run = [&invocation] { return RunCheck(invocation.common); };
      });

  auto id = std::make_shared<std::string>();
  CLI::App* show = verb->add_subcommand("show", "Everything about one rule");
  show->add_option("RULE", *id, "Its id")->required();
  show->callback([&invocation, id] {
    invocation.run = [&invocation, id] { return RunShow(invocation.common, *id); };
  });

  auto path = std::make_shared<std::string>();
  CLI::App* bench = verb->add_subcommand("bench", "What each rule costs, the dearest first");
  bench->add_option("FILE", *path, "Text to measure with instead of generated source text");
  bench->callback([&invocation, path] {
    invocation.run = [&invocation, path] { return RunBench(invocation.common, *path); };
  });

  auto import = std::make_shared<ImportOptions>();
  CLI::App* importer = verb->add_subcommand("import", "Make rules of a gitleaks configuration");
  importer->add_option("FILE", import->file, "The configuration, TOML")->required();
  importer->add_option("--output", import->output, "Where the rules go instead of standard output")
      ->type_name("FILE");
  importer->callback([&invocation, import] {
    invocation.run = [&invocation, import] { return RunRulesImport(invocation.common, *import); };
  });

  auto folder = std::make_shared<std::string>();
  CLI::App* compile =
      verb->add_subcommand("compile", "Compile the rules, so that hooks start fast");
  compile->add_option("--output", *folder, "Folder instead of the installation's")
      ->type_name("DIR");
  compile->callback([&invocation, folder] {
    invocation.run = [&invocation, folder] { return RunCompile(invocation.common, *folder); };
  });
}

}  // namespace picket
