"""What an administrator supplies for PostHog beyond what every live source needs."""

from dashgraph.domain.problems import BadInput
from dashgraph.sources.live.settings import LiveSettings

PROJECT = "project"
OPTIONS = {PROJECT: "The id of the one project to show. Default: all that the key reaches."}


def only_project(settings: LiveSettings) -> str | None:
    """The id of the one project to show, if there is to be only one. Raises BadInput for what can be no id."""
    project = settings.options.get(PROJECT)
    if project is not None and not project.isdecimal():
        message = f"{settings.name}: {PROJECT} is the number of a project, as it stands in PostHog's addresses."
        raise BadInput(message)
    return project
