"""Tests of the demo's pure parts: what it shows, and how it reads a status."""
