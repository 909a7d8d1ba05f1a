"""The disk: documents, examples, tables, and graphs that other files carry."""
