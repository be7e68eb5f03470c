"""A place on a course. Until courses have records of their own it is a note on the school, revised as it goes on."""

from __future__ import annotations

from functools import partial

from bench.workload.beginning import SUBJECTS
from bench.workload.diary import Story, When
from bench.workload.world import SchoolKnown, World
from domain.note import Note, NoteType
from domain.vocabulary import Audience, Role


def booking(world: World, school: SchoolKnown, after: int) -> Story:
    """Booked, confirmed, attended, and mostly evaluated."""
    yield When(world.later(after, after), school.head, Role.HEADTEACHER, 12)
    heading = f"Course: {world.dice.choice(SUBJECTS)}"
    note = world.add(
        Note.write(
            world.reference(Note),
            on_kind="school",
            on_record=school.id,
            note_type=NoteType.GENERAL,
            heading=heading,
            text="A place was booked for one teacher; cover is arranged, and the school pays from its own budget.",
            school=school.id,
            visible_to=Audience.SCHOOL,
        )
    ).id
    told = [("The place is confirmed.", "Confirmed"), ("The teacher took part on both days.", "Attended")]
    if world.chance(world.model.bookings.evaluated):
        told.append(("The course was worth the time: two ideas are in use in the classroom.", "Evaluated"))
    for text, reason in told:
        yield When(world.later(5, 25), world.cpd_manager, Role.CPD_MANAGER, 15)
        world.service.change(Note, note, partial(Note.revise, heading=heading, text=text, reason=reason))
    world.service.forget(note)
