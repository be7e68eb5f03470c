"""What officers of Wexmoor write: the programme's focus of each term, and findings from visits. All made up."""

from __future__ import annotations

from dataclasses import dataclass

from domain.calendar import Term

FOCUS = {
    Term.AUTUMN: "Results of the summer, targets for the year, and how well the school knows itself",
    Term.SPRING: "Teaching and learning: lesson observations with the headteacher, and pupils' books",
    Term.SUMMER: "Progress with the development plan, and its priorities for next year",
}

SCHOOL_ITEMS = (
    "The new reading scheme in Year 2",
    "How the governing body follows the budget",
    "Attendance of a small group in the autumn",
    "Preparing for the merger of two year groups",
    "A new tracking sheet for mathematics",
    "Support for teachers in their first year",
)

GOOD_PRACTICE = (
    "Older pupils read with younger ones every morning; both enjoy it and gain from it.",
    "Teachers plan together across two year groups and keep each other's best lessons.",
    "The school council runs a survey each term and reports back in assembly.",
    "Parents come to a workshop in mathematics and take games home.",
    "A choir of staff and pupils performs for the neighbourhood.",
)


@dataclass(frozen=True)
class SampleFinding:
    """A judgement with what was seen, the issue that it raises, and the action that follows."""

    area: str
    judgement: str
    summary: str
    seen: str
    issue: str
    action: str


JUDGEMENTS = (
    SampleFinding(
        "Achievement",
        "Progress in mathematics is slower than in English",
        "Pupils do well in English. In mathematics the most able are not stretched.",
        "Books of six classes, the tracking sheets of the year, and talk with pupils.",
        "The most able pupils in mathematics repeat what they can already do",
        "Plan harder problems for the most able in each mathematics lesson",
    ),
    SampleFinding(
        "Teaching and learning",
        "Teaching is good with strong features",
        "Lessons are well planned and pupils know what they are learning and why.",
        "Eight part-lessons seen together with the headteacher.",
        "Marking does not always tell pupils what to do next",
        "Agree a short marking policy and look at books together after half a term",
    ),
    SampleFinding(
        "Leadership and management",
        "The school knows its strengths and weaknesses",
        "Self-evaluation is honest and rests on evidence that governors have seen.",
        "The self-evaluation form, the development plan and governors' minutes.",
        "Subject leaders have had little time to see teaching in their subject",
        "Give each subject leader one morning a term to see lessons",
    ),
    SampleFinding(
        "Attendance and behaviour",
        "Attendance is just below that of similar schools",
        "Behaviour is calm. A small number of families account for most absence.",
        "Attendance by class and group, and a walk around the school.",
        "Absence of a small group has not been followed up early enough",
        "Ring on the first day of absence and review the list every Friday",
    ),
    SampleFinding(
        "Curriculum",
        "The curriculum is broad, and science has too little time",
        "Pupils speak with pleasure of art and music. Science is taught in short bursts.",
        "Timetables, schemes of work and pupils' books.",
        "Science receives less time than the scheme of work needs",
        "Rebuild the timetable so that science has a full afternoon",
    ),
    SampleFinding(
        "Inclusion",
        "Support for pupils with special educational needs is well organised",
        "Assistants know what each pupil needs and keep short notes.",
        "Plans of eight pupils, and talk with assistants and parents.",
        "Some plans have targets that cannot be measured",
        "Rewrite the plans with targets that can be seen to be met",
    ),
)
