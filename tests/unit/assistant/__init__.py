"""The assistant without a cluster: its questions and answers, what it retrieves, and what it lets a model say."""
