import dateutil.parser


def year(text):
    return dateutil.parser.parse(text).year
