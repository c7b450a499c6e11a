import os
import tomllib

import boto3

with open("services.toml", "rb") as file:
    names = tomllib.load(file)["services"]
s3 = boto3.client("s3")
print(s3.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).partition("?")[0])
for name in [*names, os.environ["QUEUE_SERVICE"]]:
    client = boto3.client(name)
    print(name, client.meta.endpoint_url, client.meta.service_model.api_version)
print(boto3.resource("s3").Bucket("b").name, s3.get_waiter("object_exists").name)
print(s3.can_paginate("list_objects_v2"), boto3.client("sns").meta.endpoint_url)
