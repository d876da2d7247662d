import pytest

from strongroom.ecosystems.pypi.archive.platforms import is_supported


@pytest.mark.parametrize(
    "platform",
    [
        "any",
        "win_amd64",
        "manylinux2014_x86_64",
        "manylinux_2_28_aarch64",
        "musllinux_1_2_riscv64",
        "macosx_10_13_universal2",
        "macosx_26_0_arm64",
        "linux_armv7l",
        "ios_13_0_arm64_iphoneos",
        "android_24_arm64_v8a",
        "pyodide_2025_0_wasm32",
        "pyemscripten_2026_0_wasm32",
    ],
)
def test_a_platform_that_says_what_it_needs_is_supported(platform: str) -> None:
    assert is_supported(platform)


@pytest.mark.parametrize(
    "platform",
    [
        "linux_x86_64",
        "manylinux_2_28_x86_64_evil",
        "musllinux_1_2_ppc64",
        "macosx_11_3_arm64",
        "macosx_9_0_x86_64",
        "win",
        "",
        "freebsd_14_amd64",
        "any\n",
    ],
)
def test_any_other_platform_is_not(platform: str) -> None:
    assert not is_supported(platform)
