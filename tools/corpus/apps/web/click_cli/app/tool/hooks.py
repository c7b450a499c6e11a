import pluggy

spec = pluggy.HookspecMarker("tool")


class Spec:
    @spec
    def zones(self):
        """Names of zones."""
