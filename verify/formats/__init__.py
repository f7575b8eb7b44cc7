"""Reading and writing networks and domains, exactly or not at all."""
