#!/usr/bin/env bash
# web.sh install|build|check: the web app in web/. Each part is skipped when its input has not
# changed since it last went well; the stamps live in web/node_modules, so `npm ci` forgets them too.
. "$(dirname "$0")/lib.sh"

fingerprint() { LC_ALL=C find "$@" -type f -exec cksum {} + | LC_ALL=C sort | cksum; }

# The sources: all of web/ that is not made from them.
sources() {
    LC_ALL=C find web \( -name node_modules -o -name dist -o -name .svelte-kit -o -name 'messages.gen*' -o -name coverage \) -prune \
        -o -type f -exec cksum {} + | LC_ALL=C sort | cksum
}

install() {
    local stamp=web/node_modules/.huddle-installed now
    now=$(fingerprint web/package-lock.json)
    [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && return
    say "Installing the npm packages of web/"
    npm ci --prefix web --no-audit --no-fund </dev/null ||
        fail "npm could not install the packages of web/: is the network there? Run this again when it is."
    echo "$now" >"$stamp"
}

build() {
    install
    local stamp=web/node_modules/.huddle-built now
    now=$(sources)
    [ -f web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && return
    say "Building the web app"
    npm run --prefix web build </dev/null || fail "the web app does not build, see above."
    echo "$now" >"$stamp"
}

check() {
    install
    npm run --prefix web lint </dev/null || fail "the web app has lint errors, see above."
    npm run --prefix web check </dev/null || fail "the web app has type errors, see above."
    npm test --prefix web </dev/null || fail "tests of the web app failed, see above."
}

case ${1:-} in
install | build | check) "$1" ;;
*) fail "usage: scripts/web.sh install|build|check" ;;
esac
