"""What differs between two states of a chart: values contract, objects, images, connections, and what breaks on an upgrade. Pure."""
