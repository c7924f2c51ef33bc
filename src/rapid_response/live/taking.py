"""Taking in a post: it is looked at as a whole before anything changes, and refused if anything is wrong with it."""

from __future__ import annotations

from dataclasses import replace

from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.live.events import ResponseDone
from rapid_response.live.examining import Examiner
from rapid_response.live.posts import Advance, Done, Post, check_post, known_facts, merge, refusal
from rapid_response.live.states import state_from_plain
from rapid_response.live.store import Row, json_text
from rapid_response.live.telling import About, Telling


def take(examiner: Examiner, telling: Telling, post: Post | Done | Advance, moment: int | None) -> None:
    """Take in a post at that time, or at the session's if it is later.

    Raises IncidentError where there is something wrong with it; then nothing has changed.
    """
    match post:
        case Post():
            _take_incident(examiner, telling, post, moment)
        case Done():
            _take_done(examiner, telling, post, moment)
        case Advance():
            if moment is None or moment < (examiner.now or moment):
                raise refusal("RL204", "the time of a session does not go back", "give a later one")
            examiner.advance(telling, moment)


def _take_incident(examiner: Examiner, telling: Telling, post: Post, moment: int | None) -> None:
    store = examiner.store
    if moment is None:
        encode_as_of(examiner.protocol, None)
    identity, facts = check_post(examiner.protocol, post.incident)
    revision = store.latest_revision(identity) + 1 if post.revision is None else _revision(post.revision)
    document = json_text(facts)
    known = store.posted(identity, revision)
    if known is not None:
        if known != document:
            raise refusal("RL103", f"revision {revision} was posted before with other facts", "give the next number")
        return
    _advance(examiner, telling, moment)
    row = store.incident(identity) or Row(store.next_number(), identity, {}, {})
    store.add_post(identity, revision, moment, document)
    kept, row.facts = row.facts, merge(row.facts, facts, revision)
    examiner.post(telling, row, [name for name in known_facts(row.facts) if name not in known_facts(kept)])


def _take_done(examiner: Examiner, telling: Telling, post: Done, moment: int | None) -> None:
    row = examiner.store.incident(post.incident) if isinstance(post.incident, str) else None
    if row is None:
        raise refusal("RL105", "no such incident was posted", "post it first")
    if not isinstance(post.response, str) or post.response not in examiner.protocol.responses:
        raise refusal("RL105", "there is no such response", "`show` lists the responses of a protocol")
    _advance(examiner, telling, moment)
    row = examiner.store.incident(post.incident) or row
    state = state_from_plain(row.state)
    activity = state.active.get(post.response) if state else None
    if state is None or activity is None or activity.told == "done":
        return
    examiner.store.add_post(row.id, None, moment, json_text({"done": post.response}))
    telling.say_of_response(ResponseDone, About(row.id, "post"), post.response, activity)
    active = {**state.active, post.response: replace(activity, told="done")}
    examiner.keep(row, replace(state, active=active))


def _advance(examiner: Examiner, telling: Telling, moment: int | None) -> None:
    """What was learned earlier than the session's time is taken in at the session's time."""
    if moment is not None and (examiner.now is None or moment > examiner.now):
        examiner.advance(telling, moment)


def _revision(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 < given < 2**31:
        raise refusal("RL101", "the revision is not a whole number above 0", "count the updates of an incident from 1")
    return given
