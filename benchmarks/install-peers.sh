#!/usr/bin/env bash
# Gets what Signalbox is measured beside: nginx with Lua, HAProxy, Caddy and Envoy into .venv/peers (which git ignores), and
# h2load and wrk, which make load. Does nothing for what is there. For Debian 12 and its like; needs root only for what is
# missing of the system's packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/install.sh
source scripts/lib/install.sh

PEERS=$PWD/.venv/peers

# unpack FILE PACKAGE FROM TO [FROM TO]…: takes files or folders out of one of Debian's packages without installing it,
# into PEERS, unless FILE is there. Installed nginx and HAProxy would be started as services.
unpack() {
    local file=$1 package=$2 folder
    shift 2
    [[ ! -e $PEERS/$file ]] || return 0
    echo "Unpacking $package into ${PEERS#"$PWD"/}"
    folder=$(mktemp -d)
    (cd "$folder" && apt-get download -qq "$package" 2>/dev/null && dpkg-deb --extract "$package"_*.deb .) || {
        echo "Debian's package $package could not be downloaded; 'apt-get update' may help." >&2
        rm -r "$folder"
        return 1
    }
    while (($# > 0)); do
        mkdir -p "$PEERS/$(dirname "$2")"
        cp -r "$folder/$1" "$PEERS/$2"
        shift 2
    done
    rm -r "$folder"
}

# The libraries are those of nginx, of its Lua and of HAProxy; gcc is for counting allocations.
install_packages python3 python3-venv nghttp2-client wrk gcc libc6-dev libpcre2-8-0 libssl3 zlib1g \
    libpcre3 libluajit2-5.1-2 liblua5.3-0 libopentracing-c-wrapper0 libsystemd0 libcap2
install_python "$PEERS" benchmarks/peers/requirements.txt
modules=usr/lib/nginx/modules lua=usr/share/lua/5.1
unpack bin/nginx nginx usr/sbin/nginx bin/nginx
unpack nginx-modules/ndk_http_module.so libnginx-mod-http-ndk $modules/ndk_http_module.so nginx-modules/ndk_http_module.so
unpack nginx-modules/ngx_http_lua_module.so libnginx-mod-http-lua \
    $modules/ngx_http_lua_module.so nginx-modules/ngx_http_lua_module.so
unpack lua/ngx lua-resty-core $lua/ngx lua/ngx $lua/resty lua/resty
unpack lua/resty/lrucache.lua lua-resty-lrucache \
    $lua/resty/lrucache.lua lua/resty/lrucache.lua $lua/resty/lrucache lua/resty/lrucache
unpack bin/haproxy haproxy usr/sbin/haproxy bin/haproxy
"$PEERS/bin/nginx" -v
"$PEERS/bin/haproxy" -v | head -1
"$PEERS/bin/caddy" version
"$PEERS/bin/envoy" --version
h2load --version
