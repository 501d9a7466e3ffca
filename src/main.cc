// picket: a guard at the gate of a Git repository.
#include <cstdio>

int main() {
  std::fputs("picket: no verb is wired in yet\n", stderr);
  return 2;
}
