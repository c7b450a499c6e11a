import datetime
import zoneinfo

from flask import Flask, render_template, request
from flask_babel import Babel, format_currency, format_datetime, gettext

app = Flask(__name__)
for name in ("jinja2.ext.do", "jinja2.ext.loopcontrols"):
    app.jinja_env.add_extension(name)
app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Tokyo"
Babel(app, locale_selector=lambda: request.accept_languages.best_match(["de", "fr", "ja", "en"]))


@app.get("/")
def home():
    moment = datetime.datetime(2026, 3, 1, 12, tzinfo=zoneinfo.ZoneInfo("America/New_York"))
    return render_template(
        "home.html",
        hello=gettext("Hello"),
        day=format_datetime(moment, "full"),
        price=format_currency(1234.5, "EUR"),
    )
