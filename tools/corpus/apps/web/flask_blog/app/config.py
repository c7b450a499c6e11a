import os

SECRET_KEY = os.environ.get("SECRET_KEY", "dev")
SQLALCHEMY_DATABASE_URI = os.environ["DATABASE_URL"]
CACHE_TYPE = "FileSystemCache"
CACHE_DIR = "cache"
EXTENSIONS = ["blog.extensions.db", "blog.extensions.cache", "blog.extensions.login"]
