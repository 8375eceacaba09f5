"""Tests of the schemas, the typed model and the validation; they need no cluster."""
