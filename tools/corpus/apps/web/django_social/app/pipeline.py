def greet(user=None, **more):
    return {"greeting": f"hello {user}"}
