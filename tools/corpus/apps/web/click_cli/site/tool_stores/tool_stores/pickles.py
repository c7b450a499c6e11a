import cloudpickle


class Store:
    def dumps(self, found):
        return cloudpickle.dumps(found)
