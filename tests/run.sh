#!/usr/bin/env bash
# Runs every test. Brings what the tests need (Debian packages, npm packages) and says what it could not bring.
# The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/.."
configuration=Release
passed=0
failed=0
log=$(mktemp)
failures=$(mktemp)
trap 'rm -f "$log" "$failures"' EXIT

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" | tee -a "$failures"; failed=$((failed + 1)); }
finish() {
  # Said again at the end: a record of a long run often keeps only that.
  if [ -s "$failures" ]; then
    say "What failed"
    cat "$failures"
  fi
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
  exit
}

need() {
  command -v "$1" >/dev/null 2>&1 && return
  fail "$2"
  finish
}

# Installs Debian packages that provide a command that is missing.
bring() {
  command -v "$1" >/dev/null 2>&1 && return
  say "Installing $2"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2") >"$log" 2>&1 || tail -n 5 "$log"
  fi
  command -v "$1" >/dev/null 2>&1 || echo "Could not bring $2 (it takes root on Debian): the tests that need it fail and say so."
}

need dotnet "The .NET 10 SDK is missing: install it, dotnet must be on the PATH."
need node "Node 20 is missing: install it, node and npm must be on the PATH."
bring chromium chromium
bring openssl openssl

say "Building"
if ! dotnet build Vaultrice.Orleans.sln -c "$configuration" -warnaserror >"$log" 2>&1; then
  grep -E 'error' "$log" | sort -u | head -n 40
  fail "the build"
  finish
fi

say "Format"
if dotnet format Vaultrice.Orleans.sln --no-restore --verify-no-changes >"$log" 2>&1; then
  passed=$((passed + 1))
else
  head -n 20 "$log"
  fail "dotnet format --verify-no-changes"
fi

for project in tests/Vaultrice.*.Tests; do
  name=$(basename "$project")
  say "$name"
  "$project/bin/$configuration/net10.0/$name" -noColor -noLogo 2>&1 | tee "$log" | grep -vE '^ *(Discovering|Discovered|Starting|Finished):'
  status=${PIPESTATUS[0]}
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1)
  read -r total errors broken skipped <<<"$(sed -E 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+).*/\1 \2 \3 \4/' <<<"$summary")"
  if [ -z "$summary" ]; then
    fail "$name ended without a summary (exit code $status)"
  else
    passed=$((passed + total - broken - skipped))
    failed=$((failed + errors + broken))
    grep -E -A 12 '^ .*\[(FAIL|ERROR)\]$' "$log" >>"$failures"
    [ "$status" -eq 0 ] || [ $((errors + broken)) -gt 0 ] || fail "$name ended with exit code $status"
  fi
done

say "Conformance: the SDK from npm"
(
  cd tests/conformance || exit 1
  npm ci --no-audit --no-fund >"$log" 2>&1 || { tail -n 5 "$log"; exit 1; }
) || fail "npm could not bring the packages of tests/conformance"
(cd tests/conformance && VAULTRICE_SILO_DLL="../../silo/bin/$configuration/net10.0/Vaultrice.Silo.dll" npm test --silent) 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
count() { grep -E "^(#|ℹ) $1 [0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+$' || echo 0; }
passed=$((passed + $(count pass)))
broken=$(count fail)
failed=$((failed + broken))
grep -E -A 12 '^ *not ok ' "$log" >>"$failures"
[ "$status" -eq 0 ] || [ "$broken" -gt 0 ] || fail "the conformance tests ended with exit code $status"

finish
