#!/usr/bin/env bash
# Lints, writes the reports and the outputs, and leaves it to the last step to fail,
# so that what was found is uploaded first.
set -euo pipefail

fail() {
  echo "::error title=originkey::$1"
  exit 2
}

[ -n "${GITHUB_OUTPUT:-}" ] || fail "GITHUB_OUTPUT is not set, so that the next steps cannot know what was found"
summary_of_job="${GITHUB_STEP_SUMMARY:-/dev/null}"
case "$INPUT_UPLOAD" in
auto | true | false) ;;
*) fail "the input upload is auto, true or false" ;;
esac
case "$INPUT_SARIF_FILE" in
"" | *$'\n'*) fail "the input sarif-file has to be the name of a file" ;;
/* | [A-Za-z]:*) sarif="$INPUT_SARIF_FILE" ;;
*) sarif="$(pwd -W 2>/dev/null || pwd)/$INPUT_SARIF_FILE" ;;
esac
summary="$RUNNER_TEMP/originkey-summary.md"
annotations="$RUNNER_TEMP/originkey-annotations.txt"
complaints="$RUNNER_TEMP/originkey-complaints.txt"
[ "${RUNNER_OS:-}" != Windows ] || sarif="${sarif//\\//}"
[ ! -d "$sarif" ] || fail "the input sarif-file names a folder"
mkdir -p "$(dirname "$sarif")" || fail "the folder of sarif-file cannot be made"
rm -f "$sarif" "$summary" "$annotations"

arguments=(--color never --format text --format "sarif=$sarif" --format "markdown=$summary" --format "github=$annotations")
[ -z "$INPUT_CATEGORY" ] || arguments+=(--category "$INPUT_CATEGORY")
[ -z "$INPUT_CONFIG" ] || arguments+=(--config "$INPUT_CONFIG")
[ -z "$INPUT_FAIL_ON" ] || arguments+=(--fail-on "$INPUT_FAIL_ON")
arguments+=(--)
while IFS= read -r path; do
  [ -z "$path" ] || arguments+=("$path")
done <<<"$INPUT_PATH"

# What is printed quotes the repository, which must not give commands to the runner.
stop="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
code=0
echo "::stop-commands::$stop"
originkey lint "${arguments[@]}" 2>"$complaints" || code=$?
cat "$complaints"
echo "::$stop::"

findings=0
upload=false
if [ -f "$sarif" ]; then
  # A quote inside of a text is escaped, so that only results have this key.
  findings="$({ grep -o '"ruleId":' "$sarif" || true; } | wc -l | tr -d ' ')"
  cat "$summary" >>"$summary_of_job"
  if [ "$INPUT_UPLOAD" = false ]; then
    echo "code scanning is not asked for"
  elif [ "$EVENT_NAME" = pull_request ] && [ "$HEAD_REPOSITORY" != "$GITHUB_REPOSITORY" ]; then
    echo "nothing is uploaded to code scanning: the token of a pull request from a fork cannot write"
  else
    upload=true
  fi
else
  # Wrong usage or configuration. An upload without results would close all alerts.
  sarif=""
  message="$(head -c 4000 "$complaints")"
  message="${message:-originkey ended with the exit code $code}"
  message="${message//'%'/%25}"
  message="${message//$'\r'/%0D}"
  echo "::error title=originkey::${message//$'\n'/%0A}"
  { echo "## originkey: nothing was linted"; echo; head -c 60000 "$complaints" | sed 's/^/    /'; echo; } >>"$summary_of_job"
fi

{
  echo "sarif-file=$sarif"
  echo "exit-code=$code"
  echo "findings=$findings"
  echo "upload=$upload"
  echo "annotations=$annotations"
  echo "checkout=$(git rev-parse --show-toplevel 2>/dev/null || echo "$GITHUB_WORKSPACE")"
} >>"$GITHUB_OUTPUT"
