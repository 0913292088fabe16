from boto3.dynamodb.types import TypeDeserializer, TypeSerializer


def to_dynamodb(document):
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in document.items()}


def from_dynamodb(item):
    deserializer = TypeDeserializer()
    return {name: deserializer.deserialize(value) for name, value in item.items()}
