"""Authorization in force: who signed a request, what it asks for, and whether that is allowed.

At LocalStack's gateway every request of an IAM user, of a session or of nobody is judged by
:mod:`scripts.authorization` before a service sees it. The root keys of an account (``test``, or the account's
number) and what LocalStack's services ask of each other are not.
"""
