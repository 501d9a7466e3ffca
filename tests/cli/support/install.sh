# Sourced by the scenarios of install, uninstall and doctor.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

# Every file below a folder with its kind, mode, target and content: what uninstall must restore.
snapshot() { # DIR
  (cd "$1" && find . -printf '%p %y %m %l\n' | sort &&
    find . -type f -exec cksum {} + | sort -k 3)
}

# In place of picket in the shims of a folder: notes what it was asked and given, and ends with the
# status in $PICKET_STATUS. How hooks are chained is told apart from what picket finds.
stand_in() { # HOOKS-DIR
  LOG=$SCRATCH/.state/log
  PICKET_STATUS=$SCRATCH/.state/status
  echo 0 >"$PICKET_STATUS"
  : >"$LOG"
  cat >"$SCRATCH/.state/picket" <<END
#!/bin/sh
verb=\$1
shift
sum=none
case \$verb in pre-push | pre-receive) sum=\$(cksum | tr ' ' .) ;; esac
echo "picket \$verb [\$*] \$sum" >>'$LOG'
exit "\$(cat '$PICKET_STATUS')"
END
  chmod +x "$SCRATCH/.state/picket"
  for shim in "$1"/pre-commit "$1"/pre-merge-commit "$1"/commit-msg "$1"/pre-push "$1"/pre-receive; do
    [ ! -f "$shim" ] || sed -i "s|^picket=.*|picket='$SCRATCH/.state/picket'|" "$shim"
  done
}

# earlier FILE STATUS: a hook of somebody else, that notes the same.
earlier() {
  mkdir -p "$(dirname "$1")"
  cat >"$1" <<END
#!/bin/sh
sum=none
case '$1' in */pre-push | */pre-receive) sum=\$(cksum | tr ' ' .) ;; esac
echo "earlier [\$*] \$sum" >>'$SCRATCH/.state/log'
exit $2
END
  chmod +x "$1"
}

# logged LINE...: exactly this was run since the last time, in this order.
logged() {
  printf '%s\n' "$@" >"$SCRATCH/.state/expected"
  cut -d ' ' -f 1-2 "$LOG" | sed 's/ \[.*//' >"$SCRATCH/.state/seen"
  cmp -s "$SCRATCH/.state/expected" "$SCRATCH/.state/seen" ||
    fail "ran: $(tr '\n' ';' <"$LOG") instead of: $*"
  : >"$LOG"
}

one_line() {
  [ "$(wc -l <"$OUTPUT")" -eq 1 ] || fail 'not told in one line'
}
