"""Where the programs are that Signalbox is measured beside: what install-peers.sh got, or else what is on the PATH."""
import glob, os, shutil

VENV = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".venv", "peers")


def find(name, *patterns):
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(VENV, pattern))):
            if os.access(path, os.X_OK):
                return os.path.realpath(path)
    return shutil.which(name)


def nginx():
    """nginx's path; None without it."""
    return find("nginx", "bin/nginx")


def nginx_lua():
    """What nginx needs for Lua: the modules to load, and where resty.core is; None without one of them."""
    for folder, lua in ((os.path.join(VENV, "nginx-modules"), os.path.join(VENV, "lua")),
                        ("/usr/lib/nginx/modules", "/usr/share/lua/5.1")):
        modules = [os.path.join(folder, f"{name}.so") for name in ("ndk_http_module", "ngx_http_lua_module")]
        if all(map(os.path.exists, [*modules, os.path.join(lua, "resty", "core.lua")])):
            return [os.path.realpath(module) for module in modules], os.path.realpath(lua)
    return None


def haproxy():
    """HAProxy's path; None without it."""
    return find("haproxy", "bin/haproxy") or find("/usr/sbin/haproxy")


def caddy():
    """Caddy's path; None without it."""
    return find("caddy", "bin/caddy")


def envoy():
    """Envoy's path; None without it. The wheel has the program itself, and a script in front of it."""
    return find("envoy", "lib/python3*/site-packages/envoy/_bin/envoy")
