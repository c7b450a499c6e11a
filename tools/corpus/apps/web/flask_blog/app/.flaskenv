FLASK_APP=blog:create_app
