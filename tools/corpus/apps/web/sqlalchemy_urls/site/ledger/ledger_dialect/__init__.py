from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class Dialect(SQLiteDialect_pysqlite):
    name = "ledger"
    supports_statement_cache = False

    def create_connect_args(self, url):
        return [":memory:"], {}
