from proj import app


@app.task
def shout(text):
    return text.upper()
