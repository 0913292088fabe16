"""STS: what LocalStack's provider does not remember of a session, and the operations that it only pretends.

LocalStack and Moto give credentials for AssumeRole; a session's own policies, tags and end are kept here.
GetSessionToken and GetFederationToken, for which Moto hands out the same made-up key to everybody, are
answered here. What rests on an identity provider outside is refused: nobody here can check its word.
"""
