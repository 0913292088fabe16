"""The half of a snapshot that happens in LocalStack's process, where the services' records are.

``service`` answers the command line's request, with everything at rest (``providers.gate``); ``state`` keeps
the records, ``objects`` what S3 stores, ``metrics`` what CloudWatch does; ``revival`` and
``eventbridge`` bring back what runs.
"""
