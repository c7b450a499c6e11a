"""What the app never reaches, as far as that is worth its risk: SLUGFIT_LEVEL=unused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.rules import SERVICES, TRANSLATIONS, UNUSED
from slugfit.evidence.worth import not_worth
from slugfit.refer.candidates import Candidate
from slugfit.scan.app import app_modules
from slugfit.scan.app_words import words_of_text
from slugfit.scan.procfile import read_procfile
from slugfit.settings.options import SETTING_PREFIX
from slugfit.unused.find import NOTHING, Unused, find_unused
from slugfit.unused.tree_code import TreeCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.plan.judged import Judged
    from slugfit.plan.reading import ReadTree
    from slugfit.refer.start import Start
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


def unused_in(
    read: ReadTree, run: Run, judged: Judged, staying: tuple[str, ...], told: Start | None
) -> Unused:
    """What the app never reaches of what is ``staying``; nothing where no app is to begin from."""
    own = app_modules(read.tree, read.layout, read.ignored)
    if not read.outside and next(iter(own), None) is None:
        return NOTHING
    return find_unused(
        TreeCode(
            read.tree,
            staying,
            judged.modules,
            read.layout,
            read.owners,
            read.outside,
            read.loose,
            read.ignored,
            read_procfile(read.source),
            words_of_settings(run),
            read.lists.keep,
            () if told is None else told.sources,
            judged.facts.config.locales,
            judged.facts.config.worth,
            elsewhere=read.elsewhere,
            compiles="no compiler use" in judged.facts.unmet,
            installers_stay=run.tree_is_cached or read.layout.shape != "slug",
        )
    )


def words_of_settings(run: Run) -> Mapping[str, frozenset[str]]:
    """The words in the config vars, by name; of Slugfit's own only the smoke command names any."""
    return {
        name: words_of_text(value)
        for name, value in run.config_vars.for_programs().items()
        if not name.startswith(SETTING_PREFIX) or name == f"{SETTING_PREFIX}SMOKE"
    }


def worth_removing(read: ReadTree, config: Config, unused: Unused) -> Mapping[tuple[str, str], str]:
    """What goes of it, by (path, rule): nothing of a distribution that would save too little."""
    found = (
        (UNUSED, unused.files),
        (SERVICES, unused.services),
        (TRANSLATIONS, unused.translations.others if config.locales else {}),
    )
    candidates = [
        Candidate(path, rule.name, top)
        for rule, files in found
        if rule.name not in config.rules_off
        for path, top in sorted(files.items())
    ]
    owners = read.owners.by_path
    sizes = {entry.path: entry.size for entry in read.tree.files()}
    small = not_worth(read.tree.root, candidates, owners, sizes, config.worth)
    return {
        (item.path, item.rule): item.claimed
        for item in candidates
        if (owners.get(item.path, ""), item.rule) not in small
    }
