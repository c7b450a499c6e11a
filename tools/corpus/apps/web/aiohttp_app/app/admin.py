import tornado.template
import tornado.web
import tornado.wsgi


def app(environ, start):
    text = tornado.template.Template("admin of {{ name }}").generate(name="site")
    start("200 OK", [("Content-Type", "text/plain")])
    return [text]
