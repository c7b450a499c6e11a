import click


@click.command()
@click.argument("amount")
def convert(amount):
    from babel.numbers import format_currency

    print(format_currency(amount, "EUR", locale="en_GB"))
