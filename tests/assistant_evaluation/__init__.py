"""What the assistant must be able to answer: questions of people, each with the facts that the answer has to hold.

Belongs here, and does no I/O but reading its own files: the questions, who lives in the world that is asked about,
and the checks of an answer. The world itself, with its API server and its Prometheus, is tests/cluster/assistant.
"""
