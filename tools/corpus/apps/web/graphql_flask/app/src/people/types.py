import strawberry


@strawberry.type
class Friend:
    name: str
