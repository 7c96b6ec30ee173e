"""What an administrator supplies for Holistics beyond what every live source needs, and where its API stands."""

from datetime import UTC, datetime, timedelta

from dashgraph.domain.cron import timetable
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.rest.auth import Anonymous, Auth, HeaderKey

ROOT = "/api/v2"
ALERT_CHECK = "alert_check"
HOURLY = "7 * * * *"  # not on the full hour, when everything else runs
LEAST_INTERVAL = timedelta(minutes=1)
OPTIONS = {ALERT_CHECK: f"When alerts made through dashgraph are checked: a cron expression in UTC. Default: {HOURLY}"}


def address(settings: LiveSettings) -> str:
    """Where the API stands. The address may be given with the root or without."""
    url = settings.url.rstrip("/")
    return url if url.endswith(ROOT) else url + ROOT


def key(credentials: Credentials) -> Auth:
    """The API key of an account, which stands in a header of its own; without one it is nobody who asks."""
    return Anonymous() if credentials.token is None else HeaderKey("X-Holistics-Key", credentials.token)


def alert_check(settings: LiveSettings) -> str:
    """When new alerts are checked. Raises BadInput for what is no cron expression."""
    cron = settings.options.get(ALERT_CHECK, HOURLY)
    return timetable(cron, "UTC", now=datetime.now(UTC), least=LEAST_INTERVAL).cron
