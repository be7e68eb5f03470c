"""Fictional people's names, drawn in one fixed order from a seed; none is meant for a real person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

WOMEN = ("Mrs",) * 5 + ("Ms",) * 4 + ("Miss",) * 2 + ("Dr",)
MEN = ("Mr",) * 12 + ("Dr",)


@dataclass(frozen=True, slots=True)
class SampleName:
    """A person's name as the register writes it, in three parts."""

    title: str
    first: str
    last: str

    def __str__(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def mailbox(self) -> str:
        """The part of an e-mail address before the @, such as `a.whitlock`; no two people drawn share one."""
        return f"{self.first[0]}.{self.last}".lower().replace("'", "").replace(" ", "")


def draw(seed: int) -> Iterator[SampleName]:
    """People without end (some thousands), always the same for a seed."""
    random = Random(f"names {seed}")
    taken: set[str] = set()
    while True:
        women, men, surnames = random.choices(_COMMUNITIES, _WEIGHTS)[0]
        firsts, titles = random.choices(((women, WOMEN), (men, MEN)), (3, 2))[0]
        name = SampleName(random.choice(titles), random.choice(firsts), random.choice(surnames))
        if name.mailbox not in taken:
            taken.add(name.mailbox)
            yield name


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COMMUNITIES = (
    (
        _words(
            "Alison Amanda Bethan Caroline Catherine Claire Deborah Eleanor Fiona Gillian Hannah Helen Isobel "
            "Jacqueline Joanne Judith Karen Laura Lindsay Margaret Nicola Olivia Philippa Rachel Rosalind Sally "
            "Tamsin Ursula Vanessa Wendy"
        ),
        _words(
            "Adrian Alastair Benjamin Callum Christopher Daniel Duncan Edward Gareth Graham Howard Iain Jonathan "
            "Keith Laurence Marcus Martin Neil Oliver Patrick Philip Robin Rupert Simon Stephen Timothy Vernon "
            "William"
        ),
        _words(
            "Abbotsley Ackersley Aldcroft Barraclough Beckwith Birtles Blenkinsop Brathwood Broadhurst Calverley "
            "Cheetham Clitheroe Coldicott Crossthwaite Dearnaley Dunkerley Eckersall Entwistle Fairclough "
            "Featherstone Garside Gillibrand Greenhalgh Hathersage Heyworth Holroyd Ingleby Jellicoe Kershaw "
            "Kirkbride Langstaff Leadbetter Lonsdale Mawdsley Micklethwait Nuttall Oldroyd Ormerod Pendlebury "
            "Pickersgill Quarmby Ramsbottom Rawsthorne Roebuck Satterthwaite Scholefield Shufflebotham Silverwood "
            "Stansfield Tattersall Thistlewood Thornber Threlfall Tunnicliffe Uttley Varley Wadsworth Walmsley "
            "Whitlock Wigglesworth Winstanley Wolstenholme Yarwood"
        ),
    ),
    (
        _words("Aisha Amina Farzana Nadia Rukhsana Saima Shabana Zainab"),
        _words("Adeel Faisal Imran Kamran Nadeem Tariq Usman Yusuf"),
        _words("Ahmadi Chaudhry Farooqi Hashmi Mahmood Mirza Qureshi Rashid Siddiqui Zaman"),
    ),
    (
        _words("Anjali Deepa Kavita Meera Priya Sunita"),
        _words("Ajay Harpreet Nikhil Rajesh Sanjay Vikram"),
        _words("Bhatt Chandra Desai Grewal Joshi Mistry Parekh Sandhu Thakkar"),
    ),
    (
        _words("Abena Adaeze Folake Grace Marcia Ngozi Shanice"),
        _words("Babatunde Curtis Emeka Kwame Leroy Samuel Winston"),
        _words("Adeyemi Afolabi Asante Boateng Campbell-Reid Darko Nwosu Okonjo Palmer-James"),
    ),
    (
        _words("Agnieszka Ilona Katarzyna Magdalena"),
        _words("Andrzej Marek Tomasz Viktor"),
        _words("Dudek Jankowski Kaminski Novak Wrona"),
    ),
    (
        _words("Aoife Bernadette Niamh Siobhan"),
        _words("Ciaran Declan Eamonn Padraig"),
        ("Brannigan", "Devaney", "Gallagher", "McGarrigle", "O'Rourke", "Tierney"),
    ),
    (_words("Mei Xiu Ying"), _words("Jun Kai Wei"), _words("Cheung Kwok Lau Tsang")),
)
_WEIGHTS = (62, 11, 9, 8, 4, 4, 2)
