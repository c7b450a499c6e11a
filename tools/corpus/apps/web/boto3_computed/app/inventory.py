import sys

import boto3

for name in sys.argv[1:]:
    client = boto3.client(name.lower().strip())
    print(name, client.meta.service_model.service_id, len(client.meta.service_model.operation_names) > 20)
