# mypy: ignore-errors
# ruff: noqa: PLC0415, BLE001
"""A new dbt project; its models, tests and documentation on DuckDB."""

import contextlib
import io
import json
import os
import sys
from pathlib import Path

PROFILE = "p:\n  target: d\n  outputs:\n    d: {type: duckdb, path: p.duckdb, threads: 1}\n"
SCHEMA = """\
models:
  - name: one
    columns:
      - name: id
        data_tests: [unique, not_null]
      - name: kind
        data_tests:
          - accepted_values: {arguments: {values: [a, b]}}
  - name: two
    columns:
      - name: id
        data_tests:
          - relationships: {arguments: {to: ref('one'), field: id}}
"""


def dbt(*arguments: str) -> list[str]:
    from dbt.cli.main import dbtRunner

    with contextlib.redirect_stdout(io.StringIO()) as told:
        done = dbtRunner().invoke([*arguments, "--quiet", "--profiles-dir", os.getcwd()])
    if not done.success:
        raise RuntimeError(f"{done.exception} {told.getvalue()[-400:]}")
    return sorted(
        f"{result.node.name} {result.status}"
        for result in getattr(done.result, "results", None) or ()
        if hasattr(result, "node")
    )


def with_a_project() -> list[str]:
    """`dbt init`, from the starter project."""
    from dbt.cli.main import dbtRunner

    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    with contextlib.redirect_stdout(io.StringIO()):
        done = dbtRunner().invoke(["init", "p", "--skip-profile-setup"])
    if not done.success:
        raise RuntimeError(str(done.exception))
    project = Path("p")
    return sorted(str(path.relative_to(project)) for path in project.rglob("*") if path.is_file())


def with_build() -> list[str]:
    """`dbt build` twice: models, seed, snapshot, five kinds of test."""
    Path("profiles.yml").write_text(PROFILE, "utf-8")
    for name in Path("p/models").rglob("*.*"):
        name.unlink()
    models = {
        "one.sql": "select 1 as id, 'a' as kind union all select 2, 'b'",
        "two.sql": "{{ config(materialized='incremental', unique_key='id') }}\n"
        "select id, {{ dbt.concat(['kind', \"'x'\"]) }} as kind from {{ ref('one') }}",
        "schema.yml": SCHEMA,
    }
    for name, text in models.items():
        Path("p/models", name).write_text(text, "utf-8")
    Path("p/seeds/s.csv").write_text("id,name\n1,x\n", "utf-8")
    Path("p/snapshots/n.sql").write_text(
        "{% snapshot n %}{{ config(unique_key='id', strategy='check', check_cols='all', "
        "target_schema='main') }}\nselect * from {{ ref('s') }}{% endsnapshot %}",
        "utf-8",
    )
    first = dbt("build", "--project-dir", "p")
    return first + dbt("build", "--project-dir", "p")


def with_documents() -> list[str]:
    """`dbt docs generate`."""
    dbt("docs", "generate", "--project-dir", "p")
    catalog = json.loads(Path("p/target/catalog.json").read_text("utf-8"))
    page = Path("p/target/index.html").read_text("utf-8")
    manifest = json.loads(Path("p/target/manifest.json").read_text("utf-8"))
    return [*sorted(catalog["nodes"]), str(len(page)), str(len(manifest["macros"]))]


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
