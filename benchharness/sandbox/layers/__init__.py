"""The layers of the sandbox, one module each; `confine` puts them on in their order."""
