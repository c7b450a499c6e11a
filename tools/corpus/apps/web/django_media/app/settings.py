import environ

env = environ.Env()
SECRET_KEY = env("SECRET_KEY", default="dev")
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "storages"]
DATABASES = {"default": env.db("DATABASE_URL"), "archive": env.db("ARCHIVE_URL")}
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://cache.internal:6379/1",
        "OPTIONS": {
            "REDIS_CLIENT_CLASS": "fakeredis.FakeStrictRedis",
            "CONNECTION_POOL_KWARGS": {"connection_class": __import__("fakeredis").FakeConnection},
            "SERIALIZER": "django_redis.serializers.msgpack.MSGPackSerializer",
            "COMPRESSOR": "django_redis.compressors.zlib.ZlibCompressor",
        },
    },
    "local": env.cache("CACHE_URL"),
}
vars().update(env.email("EMAIL_URL"))
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": "media", "region_name": "eu-west-1"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
