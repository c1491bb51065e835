#!/usr/bin/env bash
# Annotates where code scanning does not have the findings, and fails as the linter
# did.
set -euo pipefail

if [ "$UPLOAD" = failure ]; then
  echo "::warning title=originkey::code scanning did not take the findings; it may be off, or the job lacks the permission security-events: write"
fi
if [ "$UPLOAD" != success ] && [ -f "$ANNOTATIONS" ]; then
  cat "$ANNOTATIONS"
fi
exit "$EXIT_CODE"
