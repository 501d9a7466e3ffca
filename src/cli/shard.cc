#include "cli/shard.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "core/error.h"

namespace picket {
namespace {

std::optional<uint32_t> ToNumber(std::string_view digits) {
  uint32_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

Shard ParseShard(std::string_view named) {
  const size_t slash = named.find('/');
  if (slash != std::string_view::npos) {
    const std::optional<uint32_t> index = ToNumber(named.substr(0, slash));
    const std::optional<uint32_t> count = ToNumber(named.substr(slash + 1));
    if (index && count && *index >= 1 && *index <= *count && *count <= kMostShards)
      return {*index - 1, *count};
  }
  throw Error(
      "--shard wants I/N, the I-th of N parts counted from 1, such as 2/8; nothing was audited.");
}

class Scheduler {
 public:
  Scheduler(uint32_t count, const Environment& environment)
      : count_(count), environment_(environment) {}

  std::optional<Shard> FromSlurm() const {
    if (Get("SLURM_ARRAY_TASK_ID").empty()) return std::nullopt;
    const uint32_t id = Number("SLURM_ARRAY_TASK_ID");
    // Tasks that are sent again one by one keep their ids, and no other variable tells of the rest.
    if (count_ != 0) return Checked("SLURM_ARRAY_TASK_ID", id, count_);
    const uint32_t first = Number("SLURM_ARRAY_TASK_MIN");
    const uint32_t last = Number("SLURM_ARRAY_TASK_MAX");
    const uint32_t count = Number("SLURM_ARRAY_TASK_COUNT");
    const uint32_t step =
        Get("SLURM_ARRAY_TASK_STEP").empty() ? 1 : Number("SLURM_ARRAY_TASK_STEP");
    const bool is_regular = step > 0 && id >= first && id <= last && (id - first) % step == 0 &&
                            (last - first) / step + 1 == count;
    if (!is_regular) {
      throw Error(
          "The Slurm array is no plain range of tasks, so that this one's part can't be told; name "
          "it with --shard I/N, or number the tasks from 0 and say --shards N.");
    }
    return Checked("SLURM_ARRAY_TASK_ID", (id - first) / step, count);
  }

  std::optional<Shard> FromKubernetes() const {
    if (Get("JOB_COMPLETION_INDEX").empty()) return std::nullopt;
    return Checked("JOB_COMPLETION_INDEX", Number("JOB_COMPLETION_INDEX"), Count("completions"));
  }

  std::optional<Shard> FromParallel() const {
    if (Get("PARALLEL_SEQ").empty()) return std::nullopt;
    const uint32_t number = Number("PARALLEL_SEQ");
    return Checked("PARALLEL_SEQ", number == 0 ? kMostShards : number - 1, Count("jobs"));
  }

 private:
  // "" for one that is not set.
  std::string_view Get(const char* variable) const {
    const char* const value = environment_(variable);
    return value == nullptr ? "" : value;
  }

  uint32_t Number(const char* variable) const {
    const std::optional<uint32_t> number = ToNumber(Get(variable));
    if (number) return *number;
    throw Error("The environment variable " + std::string(variable) +
                " holds no number, so that this task's part can't be told; name it with --shard "
                "I/N.");
  }

  uint32_t Count(const char* what) const {
    if (count_ != 0) return count_;
    throw Error("The scheduler does not tell a task how many " + std::string(what) +
                " there are; say --shards N.");
  }

  static Shard Checked(const char* variable, uint32_t index, uint32_t count) {
    if (index < count && count <= kMostShards) return {index, count};
    throw Error("The environment variable " + std::string(variable) +
                " is beyond the number of shards, " + std::to_string(count) +
                "; say --shards with the number of tasks that the scheduler starts.");
  }

  uint32_t count_;
  const Environment& environment_;
};

}  // namespace

Shard ChooseShard(const std::string& named, uint32_t count, const Environment& environment) {
  if (!named.empty()) {
    const Shard shard = ParseShard(named);
    if (count == 0 || count == shard.count) return shard;
    throw Error("--shard and --shards name different numbers of parts; leave --shards out.");
  }
  const Scheduler scheduler(count, environment);
  std::optional<Shard> found;
  for (const auto read :
       {&Scheduler::FromSlurm, &Scheduler::FromKubernetes, &Scheduler::FromParallel}) {
    // PARALLEL_SEQ is set in every job, and only --shards says that it counts the shards.
    if (read == &Scheduler::FromParallel && count == 0) continue;
    const std::optional<Shard> one = (scheduler.*read)();
    if (one && found && *one != *found) {
      throw Error(
          "Two schedulers tell this task which part it is, and not the same; name it with --shard "
          "I/N.");
    }
    if (one) found = one;
  }
  if (found) return *found;
  if (count <= 1) return {};
  throw Error("Nothing tells which of the " + std::to_string(count) +
              " parts this task is; name it with --shard I/N.");
}

}  // namespace picket
