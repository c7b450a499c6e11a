# mypy: ignore-errors
# ruff: noqa: PLC0415, BLE001, ICN001
"""The data, descriptions, styles and models that scientific packages bring along."""

import importlib
import inspect
import os
import pkgutil
import sys


def with_gensim() -> list[str]:
    """`gensim.test.utils`: its texts and files."""
    from gensim.corpora import Dictionary
    from gensim.models import FastText, LdaModel, Word2Vec
    from gensim.models.word2vec import LineSentence
    from gensim.test.utils import common_texts, datapath, get_tmpfile

    lines = LineSentence(datapath("lee_background.cor"))
    model = Word2Vec(sentences=lines, vector_size=10, min_count=20, workers=1, epochs=1)
    model.save(get_tmpfile("model"))
    words = Dictionary(common_texts)
    topics = LdaModel([words.doc2bow(text) for text in common_texts], num_topics=2)
    spoken = FastText(sentences=common_texts, vector_size=5, min_count=1, epochs=1)
    found = [len(model.wv), topics.num_topics, len(spoken.wv["computer"])]
    return [*map(str, found), os.path.basename(datapath("word2vec_pre_kv_c"))]


def with_matplotlib() -> list[str]:
    """Sample data, styles, fonts, `matplotlib.testing`."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import cbook, font_manager, pyplot
    from matplotlib.testing.compare import compare_images
    from matplotlib.testing.decorators import image_comparison

    with cbook.get_sample_data("goog.npz") as data:
        found = [len(data["price_data"])]
    found += [len(pyplot.style.available), len(font_manager.fontManager.ttflist) > 30]
    for name in ("one.png", "two.png"):
        pyplot.figure()
        pyplot.plot([1, 2])
        pyplot.title("$a^2$")
        pyplot.savefig(name)
    found += [compare_images("one.png", "two.png", 0), callable(image_comparison)]
    pyplot.savefig("three.svg")
    pyplot.savefig("four.pdf")
    return list(map(str, found))


def with_networkx() -> list[str]:
    """The atlas and social graphs."""
    import networkx

    graphs = (
        networkx.graph_atlas(100),
        networkx.les_miserables_graph(),
        networkx.davis_southern_women_graph(),
    )
    return [str(graph.number_of_edges()) for graph in graphs]


def with_nltk() -> list[str]:
    """Stemmers, tokenizers, parsers, logic."""
    import nltk
    from nltk.ccg import lexicon
    from nltk.sem import logic
    from nltk.stem import PorterStemmer, SnowballStemmer
    from nltk.tokenize import RegexpTokenizer, TreebankWordTokenizer

    grammar = nltk.CFG.fromstring("S -> 'a' S | 'b'")
    trees = list(nltk.ChartParser(grammar).parse(["a", "a", "b"]))
    found = [PorterStemmer().stem("running"), SnowballStemmer("german").stem("laufend")]
    found += [len(TreebankWordTokenizer().tokenize("It's so.")), trees]
    found += [RegexpTokenizer(r"\w+").tokenize("a, b"), logic.Expression.fromstring("all x.P(x)")]
    return [str(each) for each in (*found, callable(lexicon.fromstring))]


def with_pandas() -> list[str]:
    """`pandas.testing`, templates of styles."""
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2]})
    pd.testing.assert_frame_equal(frame, frame.copy())
    styled = frame.style.highlight_max()
    made = (styled.to_html(), styled.to_latex(), frame.to_html(), styled.to_string())
    return [str(len(each)) for each in made]


def with_seaborn() -> list[str]:
    """Palettes and a plot."""
    import seaborn

    seaborn.set_theme()
    found = [len(seaborn.color_palette("crest")), len(seaborn.husl_palette(5))]
    axes = seaborn.scatterplot(x=[1, 2], y=[2, 1], hue=[0, 1])
    return list(map(str, [*found, type(axes).__name__]))


def with_sklearn() -> list[str]:
    """Every data set with its description and images, HTML of estimators."""
    from sklearn import datasets
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.discovery import all_estimators
    from sklearn.utils.estimator_checks import check_estimator

    found = []
    for name in ("iris", "digits", "wine", "breast_cancer", "diabetes", "linnerud"):
        loaded = getattr(datasets, f"load_{name}")()
        found.append(f"{name} {loaded.data.shape} {len(loaded.DESCR)}")
    found += [str(image.shape) for image in datasets.load_sample_images().images]
    shown = make_pipeline(StandardScaler(), LogisticRegression())._repr_html_()
    listed = all_estimators(type_filter="classifier")
    return [*found, str(len(shown) > 1000), str(len(listed)), check_estimator.__name__]


def with_skyfield() -> str:
    """Time scales from data."""
    from skyfield.api import load

    times = load.timescale(builtin=True)
    return f"{times.utc(2026, 1, 1).delta_t:.3f} {len(times.leap_dates)}"


def with_statsmodels() -> list[str]:
    """Every data set, a fitted model."""
    import statsmodels.api as sm
    from statsmodels import datasets

    found = []
    for each in pkgutil.iter_modules(datasets.__path__):
        module = importlib.import_module(f"statsmodels.datasets.{each.name}")
        if each.ispkg and inspect.isfunction(getattr(module, "load_pandas", None)):
            loaded = module.load_pandas()
            found.append(f"{each.name} {loaded.data.shape}")
    data = sm.datasets.longley.load_pandas()
    fitted = sm.OLS(data.endog, sm.add_constant(data.exog)).fit()
    return [*found, f"{fitted.rsquared:.6f}", str(len(fitted.summary().as_html()) > 1000)]


def with_vega_datasets() -> list[str]:
    """Every local data set."""
    from vega_datasets import data, local_data

    return [
        f"{name} {len(getattr(local_data, name)())}"
        for name in sorted(data.list_datasets())
        if getattr(data, name.replace("-", "_")).is_local
        and name != "us_10m"
        and hasattr(local_data, name)
    ]


def main() -> int:
    """Print what each step found; the last word is only said where none failed."""
    failed = False
    for name, step in sorted(globals().items()):
        if name.startswith("with_"):
            try:
                found = step()
            except Exception as error:
                found, failed = f"{type(error).__name__}: {error}", True
            sys.stdout.write(f"{name[5:]}: {found}\n".replace(os.getcwd(), "HERE"))
    if not failed:
        sys.stdout.write("ok\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
