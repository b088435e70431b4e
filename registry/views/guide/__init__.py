"""Books of chapters: guide, docs, policies; and the glossary of capabilities."""
