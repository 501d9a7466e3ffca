// Which part of a fleet's audit this task is: named on the command line, or read from what the
// scheduler sets.
//
//   Slurm job arrays: SLURM_ARRAY_TASK_ID, _MIN, _STEP and _COUNT;
//     https://slurm.schedmd.com/job_array.html
//   Kubernetes Indexed Jobs: JOB_COMPLETION_INDEX, from 0; the number of completions is not told;
//     https://kubernetes.io/docs/concepts/workloads/controllers/job/
//   GNU parallel: PARALLEL_SEQ, from 1; the number of jobs is not told;
//     https://www.gnu.org/software/parallel/man.html
#pragma once

#include <cstdint>
#include <string>

#include "core/environment.h"

namespace picket {

// More tasks than any scheduler deals out.
inline constexpr uint32_t kMostShards = 1'000'000;

struct Shard {
  uint32_t index = 0;  // from 0, below count
  uint32_t count = 1;

  bool operator==(const Shard&) const = default;
};

// `named` is "I/N", I from 1, or "". `count` is how many tasks there are, where I is to be read
// from the environment; 0: nobody said. Without both, and outside of a scheduler that tells both,
// there is one shard. Throws Error where that can't be made out.
Shard ChooseShard(const std::string& named, uint32_t count, const Environment& environment);

}  // namespace picket
