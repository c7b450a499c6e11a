import os

os.environ.setdefault("MPLCONFIGDIR", "cache")
if os.environ.get("MPLBACKEND") == "agg":
    del os.environ["MPLBACKEND"]
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
import yaml

with open("charts.yaml") as file:
    config = yaml.safe_load(file)
plt.style.use(config["style"])
figure, axes = plt.subplots()
sns.lineplot(x=[1, 2, 3], y=[1, 4, 9], ax=axes)
print(plt.get_backend(), plt.rcParams["image.cmap"])
for ending in config["endings"]:
    figure.savefig(f"chart.{ending}")
    print(ending, os.path.getsize(f"chart.{ending}") > 1000)
pd.options.plotting.backend = config["plotting"]
drawn = pd.DataFrame({"a": [1, 2]}).plot()
print(type(drawn).__module__.partition(".")[0], drawn.layout.template.layout.colorway[0])
