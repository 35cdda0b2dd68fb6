"""What scripts/contract-check does to requests before they are sent: what a schema can't say, and short waits."""
import re

import schemathesis
from schemathesis.specs.openapi import checks

# Ten wrong tokens within a minute, and an address is answered 429: that lets nobody in either.
checks.AUTH_REJECTION_STATUSES = frozenset(checks.AUTH_REJECTION_STATUSES) | {429}
DURATION = re.compile(r"([0-9]+(\.[0-9]+)?(ms|s|m|h))+")
TAGS = re.compile(r'[*]|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*')
SHORT = "20ms"


@schemathesis.hook
def before_call(context, case, kwargs):
    positive = case.meta is None or case.meta.generation.mode.is_positive
    if positive:
        # Schemathesis thinks itself what these look like, and is wrong at times.
        for name in ("If-Match", "If-None-Match"):
            if case.headers and name in case.headers and not TAGS.fullmatch(case.headers[name]):
                del case.headers[name]
    query = case.query
    if not isinstance(query, dict):
        return
    if case.operation.definition.raw.get("operationId") == "getRouting":
        # A held question is held for as long as it says.
        if "wait" not in query or is_duration(query["wait"]):
            query["wait"] = SHORT
        return
    if case.method.upper() == "DELETE" and case.meta is not None and "stateful" in str(case.meta.phase.name).lower():
        # What was deleted only for show is still there, and Schemathesis would take that for a mistake.
        query.pop("dry_run", None)
    if query.get("wait") == "applied" and (positive or "timeout" not in query or is_duration(query["timeout"])):
        # Workers that the check invents never ask again.
        query["timeout"] = SHORT
    if positive:
        # A cursor is what an earlier page gave, whose form is nobody's business.
        query.pop("cursor", None)
        # `timeout` without `wait` is a mistake, which no schema can say.
        if "wait" not in query:
            query.pop("timeout", None)


def is_duration(value):
    return isinstance(value, str) and DURATION.fullmatch(value) is not None
