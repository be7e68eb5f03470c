"""`sis confirm-links`: confirm the links between schools on which the register and the list of links agree."""

from __future__ import annotations

import click

from domain.signature import current_signature
from domain.vocabulary import Channel
from web import formats
from web.console.opening import ADMINISTRATOR, at_the_console
from web.runtime.services import Services
from web.schools.agreed_links import Confirmer, Link, LinkOutcome, agreed_links, confirm_links


@click.command("confirm-links")
@click.option("--reason", required=True, help="Why they are confirmed, for the history of each school.")
@click.option("--dry-run", is_flag=True, help="Only list the links that would be confirmed.")
def confirm_links_that_agree(reason: str, *, dry_run: bool) -> None:
    """Confirm that schools go on under their later URNs, where the register and the list of links agree.

    The register says that the earlier school is closed and the later one open, and no other link contradicts it.
    """
    refused: list[LinkOutcome] = []
    tried: list[Link] = []
    with at_the_console() as services:
        by = Confirmer(None, ADMINISTRATOR, Channel.COMMAND_LINE, current_signature().command)
        # A school that goes on may be the later one of another link, which agrees only then.
        while links := _agreed(services, tried):
            tried += links
            for link in links:
                click.echo(f"{link.urn} {link.name}: goes on as {link.later_urn} {link.later_name}")
            if dry_run:
                break
            refused += [each for each in confirm_links(services, links, reason, by) if each.refusal]
    count = formats.counted(len(tried) - len(refused), "link")
    click.echo(f"{count} would be confirmed" if dry_run else f"{count} confirmed")
    if refused:
        raise click.ClickException("\n".join(f"{each.link.urn} not confirmed: {each.refusal}" for each in refused))


def _agreed(services: Services, tried: list[Link]) -> list[Link]:
    before = {(link.urn, link.later_urn) for link in tried}
    with services.read() as connection:
        return [link for link in agreed_links(connection) if (link.urn, link.later_urn) not in before]
