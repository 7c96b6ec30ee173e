"""What can be set, from the environment: DASHGRAPH_ and the name of the setting in capitals."""

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashgraph.domain.problems import BadInput


class Settings(BaseSettings):
    """Every setting has a default that is right for one person on one machine."""

    model_config = SettingsConfigDict(env_prefix="DASHGRAPH_", hide_input_in_errors=True)

    database_url: SecretStr = Field(
        default=SecretStr("dashgraph.sqlite3"),
        description="A path for SQLite, or postgresql://user:password@host/name.",
    )
    database_pool: int = Field(default=10, ge=1, le=100, description="The most connections to the database.")
    source_name: str = Field(
        default="local",
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
        description="The name of the native store in ids. Never change it once ids are out.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    graphiql: bool = Field(default=True, description="Whether GraphiQL is served under /graphiql.")
    max_body_kilobytes: int = Field(default=1024, ge=1, description="The largest request body that is read.")
    body_seconds: float = Field(default=30, gt=0, description="How long a request body may take to arrive.")
    log_format: str = Field(
        default="auto", pattern="^(auto|json|console)$", description="json, console, or console on a terminal only."
    )
    shutdown_seconds: float = Field(default=10, ge=0, description="How long running requests may take to finish.")


def load(**given: object) -> Settings:
    """The settings, what is given winning over the environment. Raises BadInput naming everything wrong at once."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = "; ".join(f"DASHGRAPH_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        message = f"Settings that cannot be: {wrong}"
        raise BadInput(message) from None
