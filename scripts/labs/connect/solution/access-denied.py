import re

REFUSAL = re.compile(r'not authorized to perform: (\S+) on resource: "?([^\s"]+)"? (.*)', re.DOTALL)


def read_refusals(messages):
    return [read_refusal(message) for message in messages]


def read_refusal(message):
    action, resource, why = REFUSAL.search(message).groups()
    return {"action": action, "resource": resource, "explicit": "explicit deny" in why}
