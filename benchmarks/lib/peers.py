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


def caddy():
    """Caddy's path; None without it."""
    return find("caddy", "bin/caddy")


def envoy():
    """Envoy's path; None without it. The wheel has the program itself, and a script in front of it."""
    return find("envoy", "lib/python3*/site-packages/envoy/_bin/envoy")
