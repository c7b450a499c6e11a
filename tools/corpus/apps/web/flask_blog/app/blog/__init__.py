import click
from flask import Flask
from werkzeug.utils import import_string


def create_app():
    app = Flask(__name__)
    app.config.from_object("config")
    for name in app.config["EXTENSIONS"]:
        import_string(name).init_app(app)
    from blog.extensions import db, migrate

    migrate.init_app(app, db)
    app.register_blueprint(import_string("blog.views:blog"))

    @app.cli.command("greet")
    @click.argument("name")
    def greet(name):
        print(f"hello {name} {app.config['SECRET_KEY']}")

    return app
