#include "sandbox/filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace picket {
namespace {

constexpr uint64_t kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
constexpr uint64_t kNewWorlds = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release) {
    ok_ = context_ != nullptr;
  }

  // A name that this architecture does not have is no error.
  void Allow(std::initializer_list<const char*> names) {
    for (const char* name : names) Add(SCMP_ACT_ALLOW, name, {});
  }
  void AllowIf(const char* name, std::initializer_list<scmp_arg_cmp> conditions) {
    Add(SCMP_ACT_ALLOW, name, conditions);
  }
  void Fail(int error, std::initializer_list<const char*> names) {
    for (const char* name : names) Add(SCMP_ACT_ERRNO(static_cast<uint16_t>(error)), name, {});
  }

  void FailIf(int error, const char* name, std::initializer_list<scmp_arg_cmp> conditions) {
    Add(SCMP_ACT_ERRNO(static_cast<uint16_t>(error)), name, conditions);
  }

  bool Load(std::string* why) {
    if (ok_) {
      // A hook's watch runs already.
      seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
      seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
      const int code = seccomp_load(context_.get());
      if (code == 0) return true;
      error_ = -code;
    }
    *why = std::string(
               "the kernel, or what contains this process, does not take a filter of "
               "system calls (") +
           std::strerror(error_ == 0 ? ENOMEM : error_) + ")";
    return false;
  }

 private:
  void Add(uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> conditions) {
    if (!ok_) return;
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || number < 0) return;
    const int code =
        seccomp_rule_add_array(context_.get(), action, number,
                               static_cast<unsigned>(conditions.size()), conditions.begin());
    if (code == 0) return;
    ok_ = false;
    error_ = -code;
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  bool ok_ = false;
  int error_ = 0;
};

scmp_arg_cmp Is(unsigned argument, uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }

// Of the bits in `mask` exactly those of `value` are set.
scmp_arg_cmp Has(unsigned argument, uint64_t mask, uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

}  // namespace

bool ForbidSystemCalls(int channel, std::string* why) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    *why = std::string("the kernel does not let it give up new privileges (") +
           std::strerror(errno) + ")";
    return false;
  }
  const auto self = static_cast<uint64_t>(getpid());
  const auto socket = static_cast<uint64_t>(channel);
  Filter filter;
  filter.Allow({"read", "pread64", "readv", "write", "pwrite64", "writev", "lseek", "_llseek",
                "close", "fstat", "fstat64"});
  filter.Allow({"futex",
                "futex_time64",
                "brk",
                "munmap",
                "mremap",
                "madvise",
                "exit",
                "exit_group",
                "rt_sigprocmask",
                "rt_sigaction",
                "rt_sigreturn",
                "sigreturn",
                "sigaltstack",
                "restart_syscall",
                "set_robust_list",
                "rseq",
                "gettid",
                "getpid",
                "getuid",
                "geteuid",
                "getgid",
                "getegid",
                "sched_yield",
                "sched_getaffinity",
                "getrandom",
                "clock_gettime",
                "clock_gettime64",
                "clock_getres",
                "clock_nanosleep",
                "clock_nanosleep_time64",
                "nanosleep",
                "gettimeofday",
                "time",
                "getrusage",
                "times",
                "sysinfo",
                "poll",
                "ppoll"});
  for (const char* name : {"mmap", "mmap2", "mprotect"}) {
    filter.AllowIf(name, {Has(2, PROT_EXEC, 0)});
  }
  // clone3 hides its flags in memory, where a filter can't look; the C library then takes clone.
  filter.Fail(ENOSYS, {"clone3"});
  filter.AllowIf("clone", {Has(0, kThreadFlags | kNewWorlds, kThreadFlags)});
  filter.AllowIf("tgkill", {Is(0, self)});
  filter.AllowIf("sendmsg", {Is(0, socket)});
  filter.AllowIf("recvmsg", {Is(0, socket)});
  filter.AllowIf("ioctl", {Is(1, TCGETS)});
  for (const char* name : {"fcntl", "fcntl64"}) {
    for (int command : {F_GETFD, F_GETFL, F_DUPFD_CLOEXEC}) {
      filter.AllowIf(name, {Is(1, static_cast<uint64_t>(command))});
    }
  }
  // Asks for a limit and sets none.
  filter.AllowIf("prlimit64", {Is(0, 0), Is(2, 0)});
  // fstat() of some C libraries is the last two, with an empty path, which a filter can't see: what
  // is there may be looked at, never opened.
  for (const char* name : {"newfstatat", "fstatat64"}) {
    filter.AllowIf(name, {Has(3, AT_EMPTY_PATH, AT_EMPTY_PATH)});
    filter.FailIf(ENOENT, name, {Has(3, AT_EMPTY_PATH, 0)});
  }
  filter.Fail(ENOENT, {"open", "openat", "openat2", "access", "faccessat", "faccessat2", "stat",
                       "stat64", "lstat", "lstat64", "readlink", "readlinkat", "getcwd", "statfs",
                       "statfs64", "statx"});
  // The C library names its memory for debuggers.
  filter.Fail(EINVAL, {"prctl"});
  return filter.Load(why);
}

bool ForbidPaths() {
  // linux/landlock.h of a kernel that is newer than these headers may be.
  constexpr long kCreateRuleset = 444;
  constexpr long kRestrictSelf = 446;
  constexpr uint32_t kAskVersion = 1;
  const long version = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (version < 1) return false;
  // Nothing that is named here stays allowed, and there are no exceptions: every right to files
  // that the version knows (13 at first; refer, truncate and ioctl_dev came later), both to TCP,
  // and signals and abstract sockets to whatever is outside.
  struct {
    uint64_t files = (uint64_t{1} << 13) - 1;
    uint64_t network = 0;
    uint64_t scopes = 0;
  } rules;
  if (version >= 2) rules.files |= uint64_t{1} << 13;
  if (version >= 3) rules.files |= uint64_t{1} << 14;
  if (version >= 5) rules.files |= uint64_t{1} << 15;
  if (version >= 4) rules.network = 3;
  if (version >= 6) rules.scopes = 3;
  const size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const long ruleset = syscall(kCreateRuleset, &rules, size, 0);
  if (ruleset < 0) return false;
  const bool done = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                    syscall(kRestrictSelf, static_cast<int>(ruleset), 0) == 0;
  close(static_cast<int>(ruleset));
  return done;
}

}  // namespace picket
