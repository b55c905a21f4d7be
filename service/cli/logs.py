"""Structured logs: lines for a person at a terminal, JSON elsewhere; never a request's path, query, body or headers.

JSON lines tell of an error its kind and where it was, not its words: these may quote what somebody sent, or a row.
"""

import logging
import os
import sys
import traceback
from collections.abc import Iterator

import structlog
from structlog.types import EventDict, Processor

_FRAMES = 12


def _with_process(_logger: object, _method: str, event: EventDict) -> EventDict:
    event["pid"] = os.getpid()
    return event


def _errors_without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """`exc_info` becomes `error`: the exception and those it came from, each with its kind and its last frames."""
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        event["error"] = [_told(each) for each in _chain(error)]
    if event.get("logger") == "asyncio":  # it shows tasks with the errors they ended in
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _error_of(exc_info: object) -> BaseException | None:
    if exc_info is True:
        return sys.exception()
    found = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    return found if isinstance(found, BaseException) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        yield here
        here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)


def _told(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    facts = {name: getattr(error, name, None) for name in ("sqlstate", "constraint_name")}
    return {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        **{name: fact for name, fact in facts.items() if isinstance(fact, str)},
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_process,
)


def configure(*, level: int = logging.INFO) -> None:
    """Send every logger of the process, ours and the libraries', to standard error in one form."""
    at_terminal = sys.stderr.isatty()
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    last: Processor = plain if at_terminal else structlog.processors.JSONRenderer()
    rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not at_terminal:
        rendering.append(_errors_without_words)
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=[*rendering, last])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("procrastinate", "alembic", "httpx"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
