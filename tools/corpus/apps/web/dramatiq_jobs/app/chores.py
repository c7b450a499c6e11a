from huey import SqliteHuey

huey = SqliteHuey(filename="huey.db")


@huey.task()
def clean(text):
    import regex

    return regex.sub(r"\p{Z}+", " ", text)
