def test_given(mocker):
    assert mocker.Mock()() is not None
