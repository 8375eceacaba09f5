#!/bin/sh
# Asks the database of known vulnerabilities about every version in requirements.lock. Exit codes: 0 none known, or the
# database cannot be reached and RELEASE is not set; 1 some are known, or a release cannot ask. OSV_URL names another database.
set -eu

uv=$PWD/.venv/bin/uv
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
  printf '[project]\nname = "lock"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = [\n'
  sed -n "s/^\([a-z0-9].*[^ \\]\) *\\\\$/  \"\1\",/p" requirements.lock
  printf ']\n'
} >"$folder/pyproject.toml"

cd "$folder"
"$uv" lock --quiet
code=0
"$uv" audit --frozen --quiet --preview-features audit-command ${OSV_URL:+--service-url "$OSV_URL"} >said 2>&1 || code=$?
cat said >&2
if [ "$code" -gt 1 ] || grep -qi 'error sending request\|failed to fetch\|dns error\|could not connect' said; then
  echo "lock audit: NOT CHECKED, no database can be reached${RELEASE:+; a release must ask one}" >&2
  [ -z "${RELEASE:-}" ] || exit 1
  exit 0
fi
[ "$code" = 0 ] || exit 1
echo "lock audit: nothing is known about the versions of requirements.lock"
