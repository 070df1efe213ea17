"""The report on a fleet: all accounts on one page and in one table each of rows and accounts, the worst first."""
