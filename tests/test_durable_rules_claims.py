"""What the adapter takes for true of durable-rules 2.0.28: where a later release differs, this says where.

Every claim is tried in a process of its own, since some end it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version

import pytest

pytest.importorskip("durable_rules_engine" if sys.version_info < (3, 13) else "durable")

PREAMBLE = """
import os, sys, threading
sys.setdlopenflags(os.RTLD_LAZY)
from durable import engine


class Host(engine.Host):
    def __init__(self):
        self.fired = []
        super().__init__()

    def get_action(self, name):
        return lambda closure: self.fired.append(name)

    def _run(self):
        pass


def rule(*tests, run="x"):
    return {"all": [{f"m{number}": test} for number, test in enumerate(tests)], "run": run}


def host(**rules):
    made = Host()
    made.register_rulesets({"r": rules})
    return made


def tried(call, *given):
    try:
        call(*given)
    except BaseException as error:
        return f"{type(error).__name__} {error}".strip()
"""


def said(script: str, timeout: float = 20.0, **environment: str) -> str:
    """What a script prints, and how it ended if not well."""
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + script],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else f"ended with {done.returncode}"


def test_the_version_is_the_one_that_was_looked_at() -> None:
    """durable-rules is at 2.0.28; with another version read on below."""
    assert version("durable_rules") == "2.0.28"


@pytest.mark.parametrize(("conditions", "fires"), [(64, True), (65, False)])
def test_a_fact_that_matches_many_conditions_is_refused(conditions: int, fires: bool) -> None:
    """A fact that matches more than 64 conditions of one ruleset fails with code 303."""
    outcome = said(f"""
count = {conditions}
made = host(**{{f"a{{n}}": rule({{"$and": [{{"k": 1}}, {{f"f{{n}}": 1}}]}}) for n in range(count)}})
print(tried(made.assert_fact, "r", {{"sid": "1", "k": 1, **{{f"f{{n}}": 1 for n in range(count)}}}}), len(made.fired))
""")
    assert outcome == (f"None {conditions}" if fires else "error Could not assert fact, error code: 303 0")


@pytest.mark.parametrize(("conditions", "ends"), [(500, True), (600, False)])
def test_many_conditions_on_one_field_hang(conditions: int, ends: bool) -> None:
    """A ruleset with over 512 conditions on one field is never created; the process must be ended from outside."""
    script = f'host(**{{f"a{{n}}": rule({{"$and": [{{"k": n}}]}}) for n in range({conditions})}}); print("created")'
    if ends:
        assert said(script) == "created"
    else:
        with pytest.raises(subprocess.TimeoutExpired):
            said(script, timeout=4)


def test_there_is_room_for_1024_sids() -> None:
    """The 1,025th `sid` of a ruleset is a MemoryError; one that is deleted makes room."""
    outcome = said("""
made = host(a=rule({"$and": [{"k": 1}]}))
for number in range(1024):
    made.assert_fact("r", {"sid": str(number), "k": 1})
print(tried(made.assert_fact, "r", {"sid": "one more", "k": 1}))
""")
    assert outcome == "MemoryError"
    outcome = said("""
made = host(a=rule({"$and": [{"k": 1}]}))
for number in range(5000):
    made.assert_fact("r", {"sid": str(number), "k": 1})
    made.delete_state("r", str(number))
print(len(made.fired))
""")
    assert outcome == "5000"


def test_a_memory_in_which_no_action_has_run_cannot_be_deleted() -> None:
    """Deleting a `sid` in which no action has run frees a pointer that was never set; after an action it is fine.

    glibc fills new memory with other than zeros where it is asked to, else the crash comes now and then.
    """
    script = """
made = host(a=rule({"$and": [{"k": 1}]}))
for number in range(3):
    tried(made.assert_fact, "r", {"sid": str(number), "k": KIND})
    made.delete_state("r", str(number))
print("alive")
"""
    assert said(script.replace("KIND", "1"), MALLOC_PERTURB_="165") == "alive"
    if sys.platform == "linux":
        assert said(script.replace("KIND", "2"), MALLOC_PERTURB_="165").startswith("ended with -")


def test_more_than_sixteen_facts_cannot_be_joined() -> None:
    """A rule joins sixteen facts at most; the seventeenth fails with code 304."""
    script = """
made = host(a=rule(*[{"$and": [{"k": n}]} for n in range(COUNT)]))
print([tried(made.assert_fact, "r", {"sid": "1", "k": n}) for n in range(COUNT)][-1], len(made.fired))
"""
    assert said(script.replace("COUNT", "16")) == "None 1"
    assert "error code: 304" in said(script.replace("COUNT", "17"))


def test_a_fact_has_room_for_255_fields() -> None:
    """More than 255 fields fail with code 302."""
    script = """
made = host(a=rule({"$and": [{"k": 1}]}))
print(tried(made.assert_fact, "r", {"sid": "1", "k": 1, **{f"f{n}": 1 for n in range(COUNT)}}))
"""
    assert said(script.replace("COUNT", "240")) == "None"
    assert "error code: 302" in said(script.replace("COUNT", "260"))


@pytest.mark.parametrize(("number", "code"), [("0.5", "None"), ("1e-07", "204"), ("1e22", "204")])
def test_numbers_with_exponents_are_refused(number: str, code: str) -> None:
    """A float that Python writes with an exponent cannot be parsed: code 204."""
    assert code in said(f"""
made = host(a=rule({{"$and": [{{"k": 1}}]}}))
print(tried(made.assert_fact, "r", {{"sid": "1", "k": 1, "v": {number}}}))
""")


def test_nothing_and_missing_cannot_be_told_apart_in_actions() -> None:
    """An action reads None for a field that is None and for one that is not there; conditions do see a difference."""
    outcome = said("""
read = []
Host.get_action = lambda self, name: lambda closure: read.append((name, closure.m0.x))
there, missing = {"$ex": {"x": 1}}, {"$and": [{"k": 1}, {"$nex": {"x": 1}}]}
made = host(there=rule(there, run="there"), missing=rule(missing, run="not"))
made.assert_fact("r", {"sid": "1", "k": 1, "x": None})
made.assert_fact("r", {"sid": "2", "k": 1})
print(read)
""")
    assert outcome == "[('there', None), ('not', None)]"


def test_a_boolean_that_is_missing_is_neither() -> None:
    """A test for true or for false is not met by a field that is missing: so unknown conditions are left out."""
    outcome = said("""
yes, no = ({"$and": [{"k": 1}, {"x": value}]} for value in (True, False))
made = host(yes=rule(yes, run="yes"), no=rule(no, run="no"))
for number, known in enumerate(({"x": True}, {"x": False}, {})):
    tried(made.assert_fact, "r", {"sid": str(number), "k": 1, **known})
print(made.fired)
""")
    assert outcome == "['yes', 'no']"


def test_a_rule_that_asks_only_whether_a_field_exists_goes_round() -> None:
    """A rule on the existence of `sid` matches the state that is kept beside the facts, and fires for ever."""
    assert (
        said("""
class Enough(BaseException):
    pass
def act(closure):
    made.fired.append(1)
    if len(made.fired) > 1000:
        print("goes round", flush=True)
        os._exit(0)
Host.get_action = lambda self, name: act
made = Host()
made.register_rulesets({"r": {"a": rule({"$ex": {"sid": 1}})}})
made.assert_fact("r", {"sid": "1", "x": 1})
print("ends")
""")
        == "goes round"
    )


def test_either_fires_twice() -> None:
    """A rule with `$or` fires once for each part that holds."""
    assert (
        said("""
made = host(a=rule({"$or": [{"x": 1}, {"y": 1}]}))
made.assert_fact("r", {"sid": "1", "x": 1, "y": 1})
print(len(made.fired))
""")
        == "2"
    )


def test_what_goes_wrong_in_an_action_is_swallowed() -> None:
    """An exception in an action is not raised; it stays in the state of the `sid`."""
    assert (
        said("""
Host.get_action = lambda self, name: lambda closure: 1 / 0
made = host(a=rule({"$and": [{"k": 1}]}))
print(tried(made.assert_fact, "r", {"sid": "1", "k": 1}), "division by zero" in made.get_state("r", "1")["exception"])
""")
        == "None True"
    )


def test_rulesets_stay() -> None:
    """A ruleset cannot be registered again, and there is no way to remove it."""
    assert (
        said("""
made = host(a=rule({"$and": [{"k": 1}]}))
print(tried(made.register_rulesets, {"r": {"a": rule({"$and": [{"k": 2}]})}}))
print([name for name in dir(engine.Host) if "remove" in name or "unregister" in name or "delete_ruleset" in name])
""")
        == "Exception Ruleset with name r already registered\n[]"
    )


def test_facts_are_for_all_rules_and_events_for_one() -> None:
    """An event is consumed by one rule; a fact fires every rule that it meets."""
    assert (
        said("""
made = host(a=rule({"$and": [{"k": 1}]}, run="a"), b=rule({"$and": [{"k": 1}]}, run="b"))
made.post("r", {"sid": "1", "k": 1})
made.assert_fact("r", {"sid": "2", "k": 1})
print(made.fired)
""")
        == "['a', 'a', 'b']"
    )


def test_the_same_fact_twice_is_an_error() -> None:
    """A fact whose `id` is there already is refused, so each conclusion is asserted once."""
    assert (
        said("""
made = host(a=rule({"$and": [{"k": 1}]}))
print([tried(made.assert_fact, "r", {"sid": "1", "id": "7", "k": 1}) is None for _ in range(2)])
""")
        == "[True, False]"
    )


def test_a_host_starts_timers_that_never_end() -> None:
    """A host as it comes runs two timers in threads for as long as the process does; ours has none."""
    assert (
        said("""
quiet = Host()
print(threading.active_count(), end=" ")
engine.Host()
print(threading.active_count())
""")
        == "1 3"
    )


def test_python_warns_of_its_clock() -> None:
    """From Python 3.12 on its way to tell the time is deprecated, so where warnings are errors no action runs."""
    outcome = said("""
import warnings
warnings.simplefilter("error")
made = host(a=rule({"$and": [{"k": 1}]}))
print(tried(made.assert_fact, "r", {"sid": "1", "k": 1})[:18], made.fired)
""")
    assert (outcome == "DeprecationWarning []") == (sys.version_info >= (3, 12))


def test_python_3_13_needs_lazy_binding() -> None:
    """On Python 3.13 the extension lacks `PyEval_CallObject`, which is looked up only when called if that is asked."""
    command = [sys.executable, "-c", "from durable import engine"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ("PyEval_CallObject" in done.stderr) == (sys.version_info >= (3, 13))
    assert said("print('loaded')") == "loaded"
