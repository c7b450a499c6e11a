from django.http import HttpResponse, JsonResponse
from django.shortcuts import render


def home(request):
    return render(request, "home.html", {"text": "*hi*"})


def html(request):
    return HttpResponse("<html><body>page</body></html>")


def count(request):
    request.session["n"] = request.session.get("n", 0) + 1
    return JsonResponse({"n": request.session["n"]})
