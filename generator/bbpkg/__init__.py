"""bbpkg turns an application's architecture into a Big Bang package and proves that the package is right."""

__version__ = "0.1.0"
