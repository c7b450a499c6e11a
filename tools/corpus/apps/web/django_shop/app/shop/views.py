from django import forms
from django.http import JsonResponse
from django.shortcuts import render

from shop.models import Product


class OrderForm(forms.Form):
    name = forms.CharField()
    email = forms.EmailField()


def home(request):
    product, _ = Product.objects.get_or_create(name="tea", defaults={"price": "3.50"})
    return JsonResponse({"products": [[p.name, str(p.price)] for p in Product.objects.all()]})


def order(request):
    return render(request, "shop/order.html", {"form": OrderForm()})
