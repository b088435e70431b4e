"""What a try answers to each question, and why it is not yes."""

from dataclasses import dataclass
from enum import StrEnum

from registry.facts import Json


class Answer(StrEnum):
    """What a try answers to a question: a limit or a missing key leaves it unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Question(StrEnum):
    """What is asked of a release, in the order in which it is tried."""

    INSTALLS = "installs"
    IMPORTS = "imports"
    HELP = "help"
    VERSION = "version"
    ABOUT = "about"
    DISCOVERS = "discovers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a step failed. `answer` is no where the connector itself has to change."""

    code: str
    message: str
    remedy: str = ""
    answer: Answer = Answer.UNKNOWN

    def as_json(self) -> Json:
        """Return the cause as it is kept in a row."""
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "answer": self.answer.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to one question, with its cause where it is not yes.

    `step` names the step that decided, and is empty where none was tried.
    """

    question: Question
    answer: Answer
    step: str = ""
    seconds: float | None = None
    cause: Cause | None = None

    def as_json(self) -> Json:
        """Return the outcome as it is kept in a row."""
        return {
            "question": self.question.value,
            "answer": self.answer.value,
            "step": self.step,
            "seconds": self.seconds,
            "cause": self.cause.as_json() if self.cause else None,
        }
