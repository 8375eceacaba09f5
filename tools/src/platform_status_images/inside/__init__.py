"""Scripts that run inside the build, by the Python of the base: standard library only, no import of ours.

They are copied into the build context and are in no image.
"""
