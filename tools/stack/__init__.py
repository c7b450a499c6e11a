"""The whole life of an app on the platform's images, in Docker: ``make stack``, docs/stack.md.

engine: a Docker that answers -> image: where an app is built, and where it runs
app, wheelhouse: what goes in -> life: every step, as the platform does it -> journal: what was seen
"""
