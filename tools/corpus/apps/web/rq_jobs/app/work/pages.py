import bs4


def titles(text):
    return [tag.text for tag in bs4.BeautifulSoup(text, "lxml").find_all("b")]
