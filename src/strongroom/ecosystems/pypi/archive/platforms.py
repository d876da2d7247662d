"""The platforms for which a wheel may be published: those whose tag says what it needs to run.

`linux_x86_64` and its like say nothing of the C library, so they are refused, as on PyPI. The list
follows PyPI's, except that the macOS versions to come are not waited for.
"""

import re

_STATIC = frozenset(
    {
        "any",
        "win32",
        "win_amd64",
        "win_arm64",
        "win_ia64",
        "linux_armv6l",  # the Raspberry Pi's own index and PyPI both take these two
        "linux_armv7l",
        "manylinux1_x86_64",
        "manylinux1_i686",
        "manylinux2010_x86_64",
        "manylinux2010_i686",
        "manylinux2014_x86_64",
        "manylinux2014_i686",
        "manylinux2014_aarch64",
        "manylinux2014_armv7l",
        "manylinux2014_ppc64",
        "manylinux2014_ppc64le",
        "manylinux2014_s390x",
    }
)
_LINUX = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
_MAC = "ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
_PATTERN = re.compile(
    rf"manylinux_\d+_\d+_({_LINUX}|ppc64)"  # PEP 600
    rf"|musllinux_\d+_\d+_({_LINUX})"  # PEP 656
    rf"|macosx_(10_\d+|(1[1-9]|[2-9]\d)_0)_({_MAC})"
    r"|ios_\d+_\d+_(arm64|x86_64)_(iphoneos|iphonesimulator)"  # PEP 730
    r"|android_\d+_(armeabi_v7a|arm64_v8a|x86|x86_64)"  # PEP 738
    r"|(pyemscripten|pyodide)_\d+_\d+_wasm32",  # PEP 783 and the name before it
    re.ASCII,
)


def is_supported(platform: str) -> bool:
    """Whether wheels with this platform tag may be published."""
    return platform in _STATIC or _PATTERN.fullmatch(platform) is not None
