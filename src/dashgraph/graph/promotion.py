"""What taking a dashboard to the project above would change there."""

from collections.abc import Iterable

import strawberry

from dashgraph.domain import promotion
from dashgraph.domain.promotion import PromotionStep


@strawberry.type(description="What a promotion does with one thing.")
class PromotionItem:
    kind: str = strawberry.field(description="The source's word for what it is: a dashboard, a chart, a space.")
    name: str = strawberry.field(description="Its name.")
    step: PromotionStep = strawberry.field(description="What becomes of it in the project above.")


def items(found: Iterable[promotion.PromotionItem] | None) -> list[PromotionItem]:
    return [PromotionItem(kind=one.kind, name=one.name, step=one.step) for one in found or ()]
