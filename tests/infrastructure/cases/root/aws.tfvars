# The stack as it is on AWS.
