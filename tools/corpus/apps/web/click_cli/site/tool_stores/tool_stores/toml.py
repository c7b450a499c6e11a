import tomlkit


class Store:
    def dumps(self, found):
        return tomlkit.dumps(found).strip()
