#!/usr/bin/env bash
# Says of a PBS job whether it is running, success or failed. A server that does not answer leaves it running, to be
# asked again; -x also finds jobs that have ended, which the server has to remember (job_history_enable).
set -euo pipefail
report=$(qstat -x -f "$1") || report=
case "$report" in
  *"job_state = F"*"Exit_status = 0"*) echo success ;;
  *"Exit_status = 0"*"job_state = F"*) echo success ;;
  *"job_state = F"*) echo failed ;;
  *) echo running ;;
esac
