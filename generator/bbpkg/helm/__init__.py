"""Renders and lints charts with Helm. No module here starts a program or touches the file system by itself."""
