"""What an administrator supplies for a Lightdash: its address, a personal access token, perhaps a project."""

from collections.abc import Mapping

from dashgraph.domain.problems import BadInput
from dashgraph.sources.live.settings import LiveSettings, Mode

OPTIONS: Mapping[str, str] = {
    "project": "The uuid of the project in which folders at the top are made; needed where there are several.",
}


def check(settings: LiveSettings) -> None:
    """Raises BadInput for settings that Lightdash cannot be asked with."""
    unknown = [name for name in settings.options if name not in OPTIONS]
    if unknown:
        message = f"{settings.name} has the option {unknown[0]!r}, which Lightdash does not have: {', '.join(OPTIONS)}."
        raise BadInput(message, argument="options")
    if settings.mode is Mode.SERVICE and settings.credentials.token is None:
        message = f"{settings.name} needs a personal access token: in Lightdash under Settings, Personal access tokens."
        raise BadInput(message, argument="token")
