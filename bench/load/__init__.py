"""Several machines of one board under load, and while parts of it die. See `__main__`."""
