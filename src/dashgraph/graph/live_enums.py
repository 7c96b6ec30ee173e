"""The enums of what only systems elsewhere have as GraphQL enums, each value described."""

from dashgraph.domain.comments import CommentSort
from dashgraph.domain.projects import ProjectMemberSort, ProjectSort
from dashgraph.domain.promotion import PromotionStep
from dashgraph.graph.enums import described, sort

sort(ProjectSort, "ProjectSort", "How projects are sorted.", name="By name")
sort(
    ProjectMemberSort,
    "ProjectMemberSort",
    "How the members of a project are sorted.",
    subject="By the name of the user or group",
    role="By the source's own word for the role",
)
sort(CommentSort, "CommentSort", "How comments are sorted.", created_at="By when they were written")
described(
    PromotionStep,
    "PromotionStep",
    "What a promotion does with one thing.",
    CREATE="It is made in the project above.",
    UPDATE="It is there already, and is changed.",
    DELETE="It is deleted there.",
    KEEP="It is there already, just as it is here.",
)
