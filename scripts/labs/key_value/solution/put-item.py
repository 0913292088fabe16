from decimal import Decimal

import boto3


def put_item(table_name, product):
    table = boto3.resource("dynamodb").Table(table_name)
    table.put_item(Item={**product, "Price": Decimal(str(product["Price"]))})
