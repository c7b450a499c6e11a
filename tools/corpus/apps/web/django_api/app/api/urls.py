from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework import routers

from books.views import BookViewSet

router = routers.DefaultRouter()
router.register("books", BookViewSet)
urlpatterns = [path("schema/", SpectacularAPIView.as_view()), path("", include(router.urls))]
