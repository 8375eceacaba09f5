"""The two images, built from this checkout: wheels, a base, a build context, a bill of materials, an archive.

Belongs here: the content of an image and its versions (`closure`, `wheels`, `sbom`, `context`), its base (`base`), the
commands of the build tools (`engines`), and the scripts that run during the build (`inside`). May not: code that runs
in a finished image, or access to a cluster. The result is a file, which a node or a test loads.

"""
