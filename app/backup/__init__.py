"""A whole board out of one database: into a file, out of a file, into another database."""
