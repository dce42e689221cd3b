"""`python -m service.erase --subject NAME` removes everything stored about somebody."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError

from perennial import settings
from perennial.database import shown
from perennial.errors import HIDDEN_VALUE, InvalidValue, SchemaRefused
from perennial.plural import plural
from service.pseudonyms import EXPECTED, Pseudonyms, is_subject
from service.settings import SubjectSettings
from service.store import tables
from service.store.erasure import erase
from service.store.writes import utc

NEXT = (
    "rows that training collected are dropped by its next collection; which versions still hold "
    "them: python -m training.feedback.holders --task TASK --subject {pseudonym}"
)

NOBODY = (
    "service.erase: nobody was found: is it this database, this PERENNIAL_HASH_SECRET and exactly "
    "this spelling, or were they erased before?"
)


def main(arguments: Sequence[str] | None = None, *, clock: Callable[[], float] = time.time) -> int:
    """Erase one subject from the database that the environment names; return the exit code.

    1: nobody was found.  2: nothing was done.
    """
    parser = argparse.ArgumentParser(
        prog="python -m service.erase",
        description="Remove every prediction whose request named this subject, with its labels.",
        epilog=settings.describe(SubjectSettings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--subject", required=True, help="as the requests named it")
    subject = parser.parse_args(arguments).subject
    if not is_subject(subject):
        parser.error(f"--subject: got {len(subject)} characters, expected {EXPECTED}")
    try:
        chosen = settings.read(SubjectSettings)
        if chosen.hash_secret is None:
            expected = "the secret that the service hashes subjects with"
            raise settings.InvalidSettings(
                str(InvalidValue("PERENNIAL_HASH_SECRET", HIDDEN_VALUE, expected))
            )
        pseudonym = Pseudonyms(chosen.hash_secret.get_secret_value()).of(subject)
        engine = tables.connect(chosen.database_url)
        try:
            tables.find(engine)
            tables.create(engine)
            done = erase(engine, pseudonym, now=utc(clock()))
        finally:
            engine.dispose()
    except (settings.InvalidSettings, SchemaRefused, SQLAlchemyError, OSError) as error:
        print(f"service.erase: {error}", file=sys.stderr)
        return 2
    erased = f"{plural(done.predictions, 'prediction')} and {plural(done.labels, 'label')}"
    print(f"{shown(engine.url)}: erased {erased}")
    print(NEXT.format(pseudonym=pseudonym))
    if not done.predictions:
        print(NOBODY, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
