"""The format that people write: its JSON Schema, a strict loader that reports every problem, and the conversion to the model."""
