"""Units that keep one sign on a domain, and the steps that show it."""
