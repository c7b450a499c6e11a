from faker import Faker

fake = Faker(["ja_JP", "de_DE"])
Faker.seed(3)
print(type(fake["ja_JP"]).__name__, len(fake.name()) > 1, "faker.providers.isbn" in str(fake.factories[0].providers))
