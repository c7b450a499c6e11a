import graphene


class Friend(graphene.ObjectType):
    name = graphene.String()
