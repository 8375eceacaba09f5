"""Objects of any kind as a source: decoding, the verdict of one object, the assessment of an entry."""
