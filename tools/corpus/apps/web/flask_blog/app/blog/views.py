import time

from flask import Blueprint, jsonify, request
from flask_login import login_required

from blog.extensions import cache, db

blog = Blueprint("blog", __name__)


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80))


@blog.route("/posts", methods=["GET", "POST"])
def posts():
    if request.method == "POST":
        db.session.add(Post(title=request.form["title"]))
        db.session.commit()
    return jsonify([post.title for post in db.session.query(Post)])


@blog.route("/slow")
@cache.cached(timeout=60)
def slow():
    return str(time.time())


@blog.route("/me")
@login_required
def me():
    return "me"
