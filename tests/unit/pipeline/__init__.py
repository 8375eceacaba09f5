"""Unit tests of the pipeline distribution: no process, no cluster."""
