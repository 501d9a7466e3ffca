# A file that .gitattributes give to Git LFS and that is no pointer was committed without git-lfs.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
mkdir work/deep work/plain
printf '%s\n' '[attr]big filter=lfs diff=lfs merge=lfs -text' '*.bin big' >work/.gitattributes
printf '*.dat filter=lfs -text\nkept.bin -filter\n' >work/deep/.gitattributes
printf '*.bin -big\n' >work/plain/.gitattributes
save work "Attributes"
git -C work push -q origin main 2>/dev/null || fail 'attributes alone are refused'
commit_raw() { # PATH CONTENT
  tick
  blob=$(printf '%s' "$2" | git -C work hash-object -w --stdin)
  git -C work update-index --add --cacheinfo "100644,$blob,$1"
  git -C work commit -q --no-verify -m "$1"
}
rule=lfs.not-a-pointer
attempt() {
  passes "git -C work push origin main"
}

commit_raw a.bin content
attempt
says "warning: $rule" a.bin "$(printf %.10s "$(oid work)")"
commit_raw deep/b.dat more
attempt
says "$rule" deep/b.dat
commit_raw deep/down/c.bin yes
attempt
says "$rule" deep/down/c.bin
# Taken away again by a line that counts more; in another folder; a pointer; an empty file.
commit_raw deep/kept.bin kept
commit_raw d.dat other
commit_raw plain/e.bin plain
commit_raw f.bin "$(printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 9' 1)"
commit_raw g.bin ''
attempt
says_not "$rule"

printf '{"lfs": {"unpointed": "block"}}' >policy.json
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
commit_raw h.bin content-h
refused "git -C work push origin main" "$rule" h.bin
# What the parent had is touched no more.
git -C work rm -q --cached h.bin
git -C work commit -q --no-verify -m "Out again"
refused "git -C work push origin main" "$rule" h.bin
git -C work reset -q --soft HEAD~2
commit_raw other.txt text
attempt

# Before a commit: the index's .gitattributes, and HEAD's.
install_hooks work
printf '{"lfs": {"unpointed": "block"}}' >work/.picket.json
git -C work add .picket.json
printf i >work/i.bin
git -C work add i.bin
refused "git -C work commit -m i" "$rule" i.bin
git -C work rm -q --cached i.bin
printf '*.new filter=lfs\n' >work/.gitattributes
printf j >work/j.new
git -C work -c filter.lfs.required=false add .gitattributes j.new i.bin
refused "git -C work commit -m j" "$rule" j.new
says_not i.bin
