"""Makes the folder of a new task, which trains as it is."""

from pathlib import Path
from shutil import copyfile

from training.errors import BadParameter
from training.task.discovery import Tasks, checked_name
from training.task.files import data_folder, folder
from training.task.stages import write_stages

SKELETON = Path(__file__).with_name("skeleton")
README = (
    "{name}\n\nThe data of the task `{name}`; `feedback.parquet` appears with its first retrain.\n"
)


def create(name: str, root: Path = Path()) -> list[Path]:
    """Write the files of a new task and return them.

    Raises BadParameter if the name is not one, or the task exists.
    """
    place = root / folder(checked_name(name))
    if place.exists():
        raise BadParameter("task", name, "a name that no task has yet")
    place.mkdir(parents=True)
    files = [place / source for source in ("task.py", "params.yaml")]
    for file in files:
        copyfile(SKELETON / file.name, file)
    skeleton = Tasks(SKELETON.parent, __package__)[SKELETON.name]
    package, readme = place / "__init__.py", root / data_folder(name) / "README.md"
    package.write_text(f'"""The task {name}."""\n', encoding="utf-8")
    readme.parent.mkdir(parents=True, exist_ok=True)
    readme.write_text(f"# {README.format(name=name)}", encoding="utf-8")
    return [*files, package, readme, *write_stages({name: skeleton}, root)]
