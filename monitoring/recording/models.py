"""Which models a rule is for: all of them, one alone, or all but some."""

from dataclasses import dataclass

from perennial.metric_names import service as metrics

MODEL = metrics.REFERENCE_ACCURACY.labels[0]


@dataclass(frozen=True)
class Models:
    """Some of the models: one alone, or all but some; without either, all of them."""

    only: str = ""
    but: tuple[str, ...] = ()

    @property
    def selector(self) -> str:
        """What selects their series.

        >>> Models(only="bikes").selector, Models(but=("adult", "bikes")).selector
        ('{model="bikes"}', '{model!~"adult|bikes"}')
        >>> Models().selector
        ''
        """
        if self.only:
            return f'{{{MODEL}="{self.only}"}}'
        return f'{{{MODEL}!~"{"|".join(self.but)}"}}' if self.but else ""

    def within(self, series: str) -> str:
        """Return a series, which may have a selector already, of these models.

        >>> Models(only="bikes").within('a{b="c"}')
        'a{b="c",model="bikes"}'
        """
        if self.selector and series.endswith("}"):
            return f"{series[:-1]},{self.selector[1:]}"
        return series + self.selector


EVERY = Models()
