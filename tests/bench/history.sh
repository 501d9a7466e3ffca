# Sourced by the benches of pushes.

# history FIRST COUNT START: for git fast-import, a commit a minute, each with a new version of one of
# 4,000 files; START is the commit that the first one follows, or empty.
history() {
  awk -v first="$1" -v count="$2" -v start="$3" 'BEGIN {
    for (i = first; i < first + count; ++i) {
      file = (i * 7919) % 4000
      text = ""
      for (line = 0; line < 30; ++line)
        text = text sprintf("value_%d = compute(%d, \"%d\");\n", line, (i * 31 + line) % 9973,
                            line == i % 30 ? i : file)
      printf "commit refs/heads/main\ncommitter Bench <bench@example.com> %d +0000\n",
        1500000000 + 60 * i
      printf "data 10\nchange %03d\n", i % 1000
      if (i == first && start != "") print "from " start
      printf "M 100644 inline src/%02d/%02d/file%d.cc\ndata %d\n%s\n", int(file / 200),
        int(file / 20) % 10, file, length(text), text
    }
  }'
}
