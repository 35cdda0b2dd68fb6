# shellcheck shell=bash
# Installs what a Debian machine lacks for building, testing and showing Signalbox. To be sourced.

# What the build and the scripts need. Swift itself is the developer's to install: https://swift.org/install
BUILD_PACKAGES=(
    g++ git libre2-dev libsqlite3-dev libssl-dev
    ca-certificates curl jq nghttp2-client openssl python3 python3-venv
)

# install_packages [PACKAGE…]: installs those of the packages, by default all above, that are missing.
install_packages() {
    local package missing=() sudo=()
    (($# > 0)) || set -- "${BUILD_PACKAGES[@]}"
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian-like system: these packages, or their like, must be there already: $*" >&2
        return 0
    fi
    for package in "$@"; do
        # shellcheck disable=SC2016  # ${…} is dpkg-query's
        [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    echo "Installing ${missing[*]}"
    ((EUID == 0)) || sudo=(sudo)
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# install_python VENV REQUIREMENTS: makes a virtual environment with the packages of a requirements file, anew only
# when the file has changed.
install_python() {
    local venv=$1 requirements=$2
    cmp --silent "$requirements" "$venv/requirements.txt" && return 0
    echo "Installing the Python packages of $(basename "$requirements") into ${venv#"$PWD"/}"
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/requirements.txt"
}

# require_swift: says what to do when there is no Swift.
require_swift() {
    command -v swift >/dev/null && return 0
    echo "Swift 6.2 or newer is needed, and 'swift' isn't on the PATH: https://swift.org/install" >&2
    return 1
}
