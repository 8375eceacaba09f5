"""A release, written to one folder without pushing anything: packages, images, Promises, hctl for krew.

Here belongs what puts the parts of a release together and names them by version and digest. How a wheel or an image is
built is `platform_status_images`; pushing and signing is .github/workflows/release.yml.
"""
