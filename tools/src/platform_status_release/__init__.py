"""A release, written to one folder without any push: packages, images, Promises, hctl for krew.

Belongs here: collecting the parts of a release under names with version and digest. `platform_status_images` builds the
wheels and images; .github/workflows/release.yml pushes and signs.
"""
