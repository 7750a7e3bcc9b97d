"""Whatever is uploaded, nothing crashes and no refused file is stored."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.attachments.conftest import Prospect, stored
from tests.limits import reset_limits
from tests.sample_files import PNG_SIGNATURE, pdf, png

CONTENTS = st.one_of(
    st.binary(max_size=2000),
    st.binary(max_size=300).map(pdf),
    st.binary(max_size=300).map(png),
    st.builds(lambda tail: png() + tail, st.binary(max_size=20)),
    st.builds(lambda start: start + pdf(), st.binary(max_size=20)),
    st.builds(lambda tail: PNG_SIGNATURE + tail, st.binary(max_size=200)),
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@settings(max_examples=25)
@given(content=CONTENTS, name=NAMES)
def test_any_upload_is_stored_whole_or_not_at_all(
    prospect: Prospect, uploads: Path, content: bytes, name: str
) -> None:
    reset_limits()
    for path in uploads.glob("*"):
        path.unlink()
    answer = prospect.attach(content, name)
    if answer.status_code == 303:
        [file] = prospect.files
        assert stored(uploads) == {str(file.id): content}
        assert prospect.remove(file.id).status_code == 303
    else:
        assert answer.status_code == 422
        assert stored(uploads) == {}
    assert prospect.files == []
