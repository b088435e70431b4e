"""The discovery API's read path, measured against nginx on the same machine."""
