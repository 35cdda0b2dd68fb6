# shellcheck shell=bash
# Sourced by other scripts: makes sure that Consul 1.8.7 is there on Debian 12, whose own suite has no package of it.
#
#   . scripts/lib/install-consul.sh
#   install_consul
#
# Needs root only when Consul is missing.

# Adds Debian 11 as a source of packages that are taken from it only when asked for (pin priority 50 is below the 500 of
# the installed suite, so nothing else is ever downgraded). The mirror is the one that the machine already uses.
consul_add_bullseye() {
    local sources="/etc/apt/sources.list.d" uri signed_by
    uri=$(sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' "$sources/debian.sources" 2>/dev/null | head -n 1 || true)
    # The older one-line form: deb [options] URI suite component.
    [ -n "$uri" ] || uri=$(sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\(http[^ ]*\/debian\/\{0,1\}\) .*/\2/p' /etc/apt/sources.list 2>/dev/null | head -n 1 || true)
    [ -n "$uri" ] || return 0
    signed_by=$(sed -n 's/^Signed-By:[[:space:]]*//p' "$sources/debian.sources" 2>/dev/null | head -n 1 || true)
    cat > "$sources/bullseye.sources" <<SOURCE
Types: deb
URIs: $uri
Suites: bullseye
Components: main
Signed-By: ${signed_by:-/usr/share/keyrings/debian-archive-keyring.gpg}
SOURCE
    cat > /etc/apt/preferences.d/bullseye <<PIN
Package: *
Pin: release n=bullseye
Pin-Priority: 50
PIN
}

# Prints the path of a Consul package that lies beside the checkout; fails when there is none.
consul_local_package() {
    local root file
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    for file in "${SIGNALBOX_PACKAGES:-$root/../shared/packages}"/consul_*.deb; do
        if [ -f "$file" ]; then
            printf '%s\n' "$file"
            return 0
        fi
    done
    return 1
}

# Does nothing when `consul` is on the PATH. Otherwise: the mirror's package, or else a local one.
install_consul() {
    if command -v consul > /dev/null; then return 0; fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "Consul is not installed, and only root can install it." >&2
        return 1
    fi
    local package
    consul_add_bullseye
    export DEBIAN_FRONTEND=noninteractive
    # An update that fails for some other source must not hide the mirror's package.
    apt-get update -qq || echo "apt-get update failed; trying with what is known." >&2
    if ! apt-get install -y -qq --no-install-recommends 'consul=1.8.7*' > /dev/null; then
        if ! package=$(consul_local_package); then
            echo "The mirror has no Consul 1.8.7, and there is no local package either." >&2
            return 1
        fi
        echo "Installing $package." >&2
        apt-get install -y -qq --no-install-recommends "$(realpath "$package")" > /dev/null || return 1
    fi
    command -v consul > /dev/null
}
