#!/bin/sh
# Installs what the tests take from the system, on a Debian where we are root; elsewhere it says what is missing, and the
# tests that need it skip themselves with that reason. Packages are kept beside the other caches.
set -eu

missing=
want() { # PACKAGE COMMAND
  command -v "$2" >/dev/null 2>&1 || missing="$missing $1"
}
want buildah buildah         # images
want mmdebstrap mmdebstrap   # their base
want runc runc
want tmux tmux               # hctl's screens, as a person sees them
want git git                 # Argo CD reads Git
want redis-server redis-server # and keeps its cache there
want iproute2 ip
want nodejs node             # what reads the files for portals
want npm npm
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "not here:$missing. What needs them is skipped; on Debian: apt-get install$missing" >&2
  exit 0
fi
archives=${PLATFORM_STATUS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/platform-status}/debs
mkdir -p "$archives/partial"
# RUNLEVEL=1: no server starts only because it is installed
install() {
  # shellcheck disable=SC2086 # a list of words
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    -o Dir::Cache::archives="$archives" -o APT::Keep-Downloaded-Packages=true $missing >/dev/null
}
echo "installing$missing" >&2
install || { apt-get update -qq && install; } || {
  echo "cannot be installed:$missing. What needs them is skipped" >&2
}
