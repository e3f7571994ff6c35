"""Gas Town: a factory of coding agents on one computer."""
