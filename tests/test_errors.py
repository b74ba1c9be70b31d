import pytest

from voiced.errors import ConfigError, DeviceError, VoicedError, ungrouped


def raise_grouped(*errors: BaseException) -> None:
    with ungrouped():
        raise BaseExceptionGroup("outer", [BaseExceptionGroup("inner", list(errors))])


def test_one_error_comes_out_of_its_groups():
    cause = OSError("unplugged")
    lost = DeviceError("the microphone is gone")
    lost.__cause__ = cause
    with pytest.raises(DeviceError) as caught:
        raise_grouped(lost)
    assert caught.value is lost
    assert caught.value.__cause__ is cause


def test_a_bug_that_is_alone_comes_out_too():
    with pytest.raises(ZeroDivisionError):
        raise_grouped(ZeroDivisionError())


def test_of_several_expected_errors_the_first_counts():
    first = VoicedError("first")
    with pytest.raises(VoicedError) as caught:
        raise_grouped(first, DeviceError("second"))
    assert caught.value is first


def test_a_bug_among_others_hides_nothing():
    with pytest.raises(BaseExceptionGroup) as caught:
        raise_grouped(VoicedError("expected"), ZeroDivisionError())
    assert caught.group_contains(ZeroDivisionError)


def test_other_errors_pass():
    with pytest.raises(ConfigError), ungrouped():
        raise ConfigError(file="voiced.toml", key="turns", reason="wrong")
    with ungrouped():
        pass


def test_the_mend_is_part_of_the_text():
    assert str(VoicedError("it is gone", mend="plug it in")) == "it is gone (plug it in)"
    assert str(VoicedError("it is gone")) == "it is gone"


def test_codes_are_the_names_in_snake_case():
    assert DeviceError("x").code == "device_error"
    assert ConfigError(file="f", key="k", reason="r").code == "config_error"
