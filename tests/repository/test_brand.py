"""Only content/brand.toml says who runs the site, so that changing one file changes it."""

from pathlib import Path

from app.firm.brand import load_brand

ROOT = Path(__file__).parents[2]
BRAND = ROOT / "content/brand.toml"


def test_no_other_file_of_code_or_content_names_the_firm() -> None:
    brand = load_brand(BRAND)
    names = [name.encode() for name in (brand.name, brand.short_name, brand.email)]
    files = [*(ROOT / "app").rglob("*.*"), *(ROOT / "content").rglob("*.*")]
    naming = {
        file.relative_to(ROOT)
        for file in files
        if file.is_file()
        and file.suffix != ".pyc"
        and any(name in file.read_bytes() for name in names)
    }
    assert naming == {BRAND.relative_to(ROOT)}
