"""Census income: does a person earn over 50,000 dollars a year? Numbers, words and real gaps."""

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.files import rows_file
from training.task.rows_file import read_rows
from training.task.schema import Schema
from training.task.task import Rows, Task

FILE = rows_file("adult")
LABEL = "income"
# The weight of a person in the census: how many others he or she stands for, which nobody knows of
# the next person.
UNUSED = ("fnlwgt",)

WORK = (
    *("Private", "Self-emp-not-inc", "Self-emp-inc", "Federal-gov", "Local-gov", "State-gov"),
    *("Without-pay", "Never-worked"),
)
EDUCATION = (
    *("Preschool", "1st-4th", "5th-6th", "7th-8th", "9th", "10th", "11th", "12th", "HS-grad"),
    *("Some-college", "Assoc-voc", "Assoc-acdm", "Bachelors", "Masters", "Prof-school"),
    "Doctorate",
)
MARITAL = (
    *("Never-married", "Married-civ-spouse", "Married-spouse-absent", "Married-AF-spouse"),
    *("Separated", "Divorced", "Widowed"),
)
OCCUPATION = (
    *("Adm-clerical", "Armed-Forces", "Craft-repair", "Exec-managerial", "Farming-fishing"),
    *("Handlers-cleaners", "Machine-op-inspct", "Other-service", "Priv-house-serv"),
    *("Prof-specialty", "Protective-serv", "Sales", "Tech-support", "Transport-moving"),
)
RELATIONSHIP = (*("Husband", "Wife", "Own-child", "Other-relative", "Not-in-family", "Unmarried"),)
RACE = ("White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other")
# As published, spelling and all.
COUNTRY = (
    *("United-States", "Cambodia", "Canada", "China", "Columbia", "Cuba", "Dominican-Republic"),
    *("Ecuador", "El-Salvador", "England", "France", "Germany", "Greece", "Guatemala", "Haiti"),
    *("Holand-Netherlands", "Honduras", "Hong", "Hungary", "India", "Iran", "Ireland", "Italy"),
    *("Jamaica", "Japan", "Laos", "Mexico", "Nicaragua", "Outlying-US(Guam-USVI-etc)", "Peru"),
    *("Philippines", "Poland", "Portugal", "Puerto-Rico", "Scotland", "South", "Taiwan"),
    *("Thailand", "Trinadad&Tobago", "Vietnam", "Yugoslavia"),
)


class Adult:
    """The training set of UCI's Adult, of the US census of 1994.

    Source: Becker and Kohavi, Adult, UCI Machine Learning Repository, 1996,
    doi.org/10.24432/C5XW20; CC BY 4.0.
    """

    input = TableInput(
        columns=(
            NumberColumn(name="age", low=17, high=90, whole=True),
            CategoryColumn(name="workclass", categories=WORK),
            CategoryColumn(name="education", categories=EDUCATION),
            NumberColumn(name="education_num", low=1, high=16, whole=True),
            CategoryColumn(name="marital_status", categories=MARITAL),
            CategoryColumn(name="occupation", categories=OCCUPATION),
            CategoryColumn(name="relationship", categories=RELATIONSHIP),
            CategoryColumn(name="race", categories=RACE),
            CategoryColumn(name="sex", categories=("Female", "Male")),
            NumberColumn(name="capital_gain", low=0, high=99_999, whole=True),
            NumberColumn(name="capital_loss", low=0, high=99_999, whole=True),
            NumberColumn(name="hours_per_week", low=1, high=99, whole=True),
            CategoryColumn(name="native_country", categories=COUNTRY),
        )
    )
    output = ClassesOutput(labels=("<=50K", ">50K"))
    schema = Schema()  # one row in eight repeats another: different people with equal answers
    about = (
        "Says whether a person earned over 50,000 US dollars a year, from 13 answers of the US "
        "census of 1994. Base rows: the 32,561 of the published training set, people over 16 who "
        "worked; ages over 90 and gains over 99,999 were cut off by the publisher, and gaps are "
        "gaps: work class and occupation of 6 in 100 people, the country of 2 in 100.\n\n"
        "Source: Becker and Kohavi, *Adult*, UCI Machine Learning Repository, 1996, "
        "[doi:10.24432/C5XW20](https://doi.org/10.24432/C5XW20), licence CC BY 4.0; `make data` "
        "renames columns, writes gaps as missing, and changes no value.\n\n"
        "An example for this template. Not for decisions about people: pay of 1994 says nothing "
        "of today's, sex, race and marriage are among the inputs, and the model repeats what the "
        "labour market of that year did to each group; the report's slices show by how much it "
        "errs for each."
    )

    def load(self) -> Rows:
        """Return all rows; `make data TASK=adult` gets them."""
        return read_rows(FILE, self.input, label=LABEL, unused=UNUSED)


TASK: Task = Adult()
