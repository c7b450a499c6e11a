from django.conf import settings
from django.urls import include, path

from pages import views

urlpatterns = [path("", views.home), path("count", views.count), path("html", views.html)]
if settings.DEBUG:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
