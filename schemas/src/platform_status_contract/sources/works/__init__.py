"""Kratix Works: is what the pipeline put out written to its Destinations?"""
