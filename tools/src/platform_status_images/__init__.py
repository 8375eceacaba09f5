"""The two images, built from this checkout: wheels, a base, a build context, a bill of materials, an archive.

Here belongs: what goes into an image and at which version (`closure`, `wheels`, `sbom`, `context`), what it stands on
(`base`), the commands of the tools that build it (`engines`), and the scripts that run inside the build (`inside`).
Nothing that an image runs once it is built may live here, nor anything that knows a cluster: what is built is a file,
and whoever needs it elsewhere (a node, a test) takes the file.
"""
